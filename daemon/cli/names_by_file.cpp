#include "names_by_file.h"

#include <filesystem>

#include <fmt/format.h>

#include "base/installation.h"
#include "files.h"
#include "list_files.h"

namespace kindgate::cli {

namespace {

namespace fs = std::filesystem;

constexpr char const* helplines_file = "helplines.textproto";
constexpr char const* safe_search_file = "safesearch.textproto";

Result<fs::path> find_data(std::string const& said) {
    auto data = said.empty() ? installed_data() : fs::path{said};
    std::error_code error;
    if (fs::exists(data / helplines_file, error)) return data;
    return Error{ErrorCode::invalid_input,
                 fmt::format("there is no {} in {}: name the folder that has it, {} and the packs with --data",
                             helplines_file, data.string(), safe_search_file)};
}

// The file lives as long as the pack.
struct OpenPack {
    MappedFile file;
    std::optional<content::Pack> pack;
};

// Also one that has expired: what it says is asked, not whether it may be in force.
Result<std::shared_ptr<content::Pack const>> open_pack(fs::path const& path) {
    auto open = std::make_shared<OpenPack>(OpenPack{KG_TRY(MappedFile::open(path.string())), {}});
    auto pack = content::Pack::open(open->file.bytes(), {.now = {}});
    if (!pack.ok()) return pack.error().within(path.string());
    open->pack = std::move(pack).value();
    return std::shared_ptr<content::Pack const>{open, &*open->pack};
}

Error wrong(std::vector<policy::Diagnostic> const& errors) {
    return {ErrorCode::invalid_input, errors.front().text()};
}

policy::CategoryIds number(policy::Policy const& policy) {
    policy::CategoryIds ids;
    auto next = first_category;
    for (auto& name : policy::categories_in_force(policy)) ids.by_name.emplace(std::move(name), next++);
    if (policy::has_learning_list(policy)) ids.learning = next;
    return ids;
}

}  // namespace

Result<NamesByFile> load_names(policy::Policy const& policy, std::string const& said) {
    auto const data = KG_TRY(find_data(said));
    auto const safe_search_at = (data / safe_search_file).string();
    auto const helplines_at = (data / helplines_file).string();
    auto const safe_search = policy::load_safe_search(KG_TRY(read_file(safe_search_at)), safe_search_at);
    if (!safe_search.safe_search) return wrong(safe_search.errors);
    auto const helplines = policy::load_helplines(KG_TRY(read_file(helplines_at)), helplines_at);
    if (!helplines.helplines) return wrong(helplines.errors);
    std::vector<std::shared_ptr<content::Pack const>> packs;
    packs.reserve(policy.packs.size());
    for (auto const& pack : policy.packs) packs.push_back(KG_TRY(open_pack(data / (pack + ".pack"))));
    std::vector<std::string> categories;
    for (auto const& pack : packs) std::ranges::copy(pack->info().categories, std::back_inserter(categories));
    NamesByFile names{number(policy), {}, policy::empty_categories(policy, std::move(categories))};
    names.names = policy::compile_names(
        policy,
        {names.ids, policy::categories_of(packs, names.ids), *safe_search.safe_search, *helplines.helplines, {}, {}});
    return names;
}

policy::NameExplanation explain_name(policy::Policy const& policy, NamesByFile const& names, Asking const& who,
                                     std::span<policy::Override const> overrides, policy::Instant at,
                                     content::dns::Name const& name) {
    policy::PlannedDevice const device{Slot{1}, who.device_id, who.macs, who.profile};
    return policy::explain_name({policy, names.names, names.ids, device, overrides, std::nullopt, at}, name);
}

}  // namespace kindgate::cli
