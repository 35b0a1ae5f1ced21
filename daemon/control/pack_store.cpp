#include "pack_store.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/whole_file.h"

namespace kindgate::control {

namespace {

// 64 million names.
constexpr std::size_t largest_pack = 512UL << 20;

}  // namespace

bool PackStore::use(std::span<std::string const> names, policy::Instant now) {
    auto const unwanted = [&](auto const& entry) { return std::ranges::find(names, entry.first) == names.end(); };
    bool changed = std::erase_if(entries_, unwanted) != 0;
    for (auto const& name : names) changed = read(name, entries_[name], now) || changed;
    return changed;
}

bool PackStore::read(std::string const& name, Entry& entry, policy::Instant now) {
    auto file = settings_.folders.front() / (name + ".pack");
    for (auto const& folder : settings_.folders) {
        auto const candidate = folder / (name + ".pack");
        std::error_code missing;
        if (!std::filesystem::exists(candidate, missing)) continue;
        file = candidate;
        break;
    }
    auto const refuse = [&](std::string const& why) {
        auto const stays = entry.loaded ? "the one in force stays" : "its categories are empty";
        auto const told = fmt::format("the pack {} is refused, {}: {}", file.string(), stays, why);
        if (entry.refused != told) events_.tell(v1::Event::PACK_REFUSED, told);
        entry.refused = told;
        return false;
    };
    auto pages = read_pages(file, largest_pack);
    if (!pages.ok()) return refuse(pages.error().message());
    if (entry.loaded && std::ranges::equal(std::as_const(entry.loaded->pages).bytes(), pages->bytes())) return false;
    content::PackRules rules{.now = now, .signatures = settings_.signatures, .keys = settings_.keys, .in_force = {}};
    if (entry.loaded && entry.file == file) rules.in_force = entry.loaded->pack->info().created;
    auto loaded = std::make_shared<Loaded>();
    loaded->pages = std::move(pages).value();
    auto pack = content::Pack::open(loaded->pages.bytes(), rules);
    if (!pack.ok()) return refuse(pack.error().message());
    loaded->pack = std::move(pack).value();
    auto const& info = loaded->pack->info();
    events_.tell(v1::Event::PACK_IN_FORCE, fmt::format("the pack {} is in force: {} names in {} categories",
                                                       file.string(), info.names, info.categories.size()));
    entry = {std::move(file), std::move(loaded), {}};
    return true;
}

policy::Categories PackStore::categories(policy::CategoryIds const& ids) const {
    std::vector<std::shared_ptr<content::Pack const>> packs;
    for (auto const& [name, entry] : entries_)
        if (entry.loaded) packs.emplace_back(entry.loaded, &*entry.loaded->pack);
    return policy::categories_of(packs, ids);
}

std::vector<std::string> PackStore::category_names() const {
    std::set<std::string> all;
    for (auto const& [name, entry] : entries_)
        if (entry.loaded) {
            auto const& categories = entry.loaded->pack->info().categories;
            all.insert(categories.begin(), categories.end());
        }
    return {all.begin(), all.end()};
}

std::vector<PackStore::Pack> PackStore::packs() const {
    std::vector<Pack> all;
    for (auto const& [name, entry] : entries_)
        all.push_back(
            {name, entry.file, entry.loaded ? entry.loaded->pack->info() : content::PackInfo{}, entry.refused});
    return all;
}

std::vector<std::filesystem::path> PackStore::files() const {
    std::vector<std::filesystem::path> all;
    for (auto const& [name, entry] : entries_)
        for (auto const& folder : settings_.folders) all.push_back(folder / (name + ".pack"));
    return all;
}

}  // namespace kindgate::control
