#include "pack_store.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/whole_file.h"

namespace kindgate::control {

namespace {

// 64 million names.
constexpr std::size_t largest_pack = 512UL << 20;

// Where the pack is; where it would be, if it is nowhere.
std::vector<std::filesystem::path> files_of(std::string const& name, PackStore::Settings const& settings) {
    std::vector<std::filesystem::path> there;
    for (auto const& folder : settings.folders) {
        std::error_code missing;
        if (auto file = folder / (name + ".pack"); std::filesystem::exists(file, missing)) there.push_back(file);
    }
    if (there.empty()) there.push_back(settings.folders.front() / (name + ".pack"));
    return there;
}

}  // namespace

bool PackStore::use(std::span<std::string const> names, policy::Instant now) {
    auto const unwanted = [&](auto const& entry) { return std::ranges::find(names, entry.first) == names.end(); };
    bool changed = std::erase_if(entries_, unwanted) != 0;
    for (auto const& name : names) changed = read(name, entries_[name], now) || changed;
    return changed;
}

std::filesystem::path PackStore::own_file(std::string const& name) const {
    return settings_.folders.front() / (name + ".pack");
}

std::filesystem::path PackStore::good_file(std::string const& name) const {
    return settings_.good / (name + ".pack");
}

std::vector<std::filesystem::path> PackStore::candidates(std::string const& name) const {
    return files_of(name, settings_);
}

bool PackStore::read(std::string const& name, Entry& entry, policy::Instant now) {
    auto const before = entry.loaded;
    if (!entry.restored) restore(name, entry, now);
    auto const files = candidates(name);
    std::vector<Refused> refused;
    bool taken = false;
    for (auto const& file : files) {
        auto const outcome = take(name, file, entry, now);
        taken = outcome.ok();
        if (taken) break;
        refused.push_back({file, outcome.error().message()});
        if (entry.loaded && entry.file == file) break;
    }
    bool const changed = entry.loaded != before;
    if (changed) {
        auto const& info = entry.loaded->pack->info();
        auto const& file = taken ? entry.file : good_file(name);
        events_.tell(v1::Event::PACK_IN_FORCE, fmt::format("the pack {} is in force: {} names in {} categories",
                                                           file.string(), info.names, info.categories.size()));
    }
    tell(entry, refused);
    if (entry.loaded && entry.file == own_file(name)) {
        keep(name, entry);
    } else if (changed && files.front() != own_file(name)) {
        forget(name, entry);
    }
    return changed;
}

void PackStore::tell(Entry& entry, std::vector<Refused> const& refused) {
    std::vector<std::string> told;
    for (auto const& [file, why] : refused) {
        auto const holds = !entry.loaded        ? "its categories are empty"
                           : entry.file == file ? "the one in force stays"
                                                : entry.file.string() + " is in force instead";
        told.push_back(fmt::format("the pack {} is refused, {}: {}", file.string(), holds, why));
        if (std::ranges::find(entry.refused, told.back()) == entry.refused.end())
            events_.tell(v1::Event::PACK_REFUSED, told.back());
    }
    entry.refused = std::move(told);
}

Result<std::shared_ptr<PackStore::Loaded const>> PackStore::open(Pages&& pages, content::PackRules const& rules) {
    auto loaded = std::make_shared<Loaded>();
    loaded->pages = std::move(pages);
    loaded->pack = KG_TRY(content::Pack::open(std::as_const(loaded->pages).bytes(), rules));
    return std::shared_ptr<Loaded const>{std::move(loaded)};
}

// One that has expired isn't used, but what is older than it stays refused.
void PackStore::restore(std::string const& name, Entry& entry, policy::Instant now) {
    entry.restored = true;
    auto const file = good_file(name);
    auto const refuse = [&](Error const& error) {
        events_.tell(v1::Event::PACK_REFUSED,
                     fmt::format("the last good pack {} is of no use: {}", file.string(), error.message()));
    };
    auto pages = read_pages(file, largest_pack);
    if (!pages.ok() && pages.error().code() == ErrorCode::not_found) return;
    if (!pages.ok()) return refuse(pages.error());
    auto const good = open(*std::move(pages), {.now = {}, .signatures = settings_.signatures, .keys = settings_.keys});
    if (!good.ok()) return refuse(good.error());
    auto const& info = (*good)->pack->info();
    entry.newest = info.created;
    if (info.expires && *info.expires <= now) return;
    entry.file = own_file(name);
    entry.loaded = *good;
    entry.kept = true;
}

Result<void> PackStore::take(std::string const& name, std::filesystem::path const& file, Entry& entry,
                             policy::Instant now) {
    bool const own = file == own_file(name);
    auto pages = KG_TRY(read_pages(file, largest_pack));
    if (!entry.loaded || !std::ranges::equal(entry.loaded->pages.bytes(), std::as_const(pages).bytes())) {
        content::PackRules rules{.now = now, .signatures = settings_.signatures, .keys = settings_.keys};
        if (own)
            rules.in_force = entry.newest;
        else if (entry.loaded && entry.file == file)
            rules.in_force = entry.loaded->pack->info().created;
        entry.loaded = KG_TRY(open(std::move(pages), rules));
        entry.kept = false;
    }
    entry.file = file;
    if (own) entry.newest = entry.loaded->pack->info().created;
    return {};
}

// A disk that is full or read-only takes nothing from what is in force.
void PackStore::keep(std::string const& name, Entry& entry) {
    if (entry.kept) return;
    std::error_code failed;
    std::filesystem::create_directories(settings_.good, failed);
    auto const bytes = entry.loaded->pages.bytes();
    auto const written =
        failed ? Error::from_errno(failed.value(), fmt::format("cannot make {}", settings_.good.string()))
               : replace_file(good_file(name), {reinterpret_cast<char const*>(bytes.data()), bytes.size()});
    entry.kept = written.ok();
    auto const before = std::exchange(
        entry.unkept, written.ok()
                          ? ""
                          : fmt::format("the pack {} can't be kept, so after a restart an older one could take "
                                        "its place: {}",
                                        name, written.error().message()));
    if (!written.ok() && entry.unkept != before) events_.tell(v1::Event::STORAGE_FAILED, entry.unkept);
}

// Somebody took the file away, for the pack that came with the program.
void PackStore::forget(std::string const& name, Entry& entry) {
    entry.newest.reset();
    entry.unkept.clear();
    std::error_code ignored;
    std::filesystem::remove(good_file(name), ignored);
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

std::vector<std::string> PackStore::complaints() const {
    std::vector<std::string> all;
    for (auto const& [name, entry] : entries_) {
        all.insert(all.end(), entry.refused.begin(), entry.refused.end());
        if (!entry.unkept.empty()) all.push_back(entry.unkept);
    }
    return all;
}

std::vector<std::filesystem::path> PackStore::files() const {
    std::vector<std::filesystem::path> all;
    for (auto const& [name, entry] : entries_)
        for (auto const& folder : settings_.folders) all.push_back(folder / (name + ".pack"));
    return all;
}

PacksSeen look_at_packs(PackStore::Settings const& settings, std::span<std::string const> names, policy::Instant now) {
    PacksSeen seen;
    content::PackRules const rules{.now = now, .signatures = settings.signatures, .keys = settings.keys};
    for (auto const& name : names)
        for (auto const& file : files_of(name, settings)) {
            auto const pages = read_pages(file, largest_pack);
            auto const pack = pages.ok() ? content::Pack::open(pages->bytes(), rules) : pages.error();
            if (pack.ok()) {
                std::ranges::copy(pack->info().categories, std::back_inserter(seen.categories));
                break;
            }
            seen.complaints.push_back(fmt::format("the pack {} is refused: {}", file.string(), pack.error().message()));
        }
    return seen;
}

}  // namespace kindgate::control
