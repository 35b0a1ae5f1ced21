#include "policy/model.h"

#include <algorithm>

namespace kindgate::policy {

std::string_view name(Mode mode) {
    switch (mode) {
        case Mode::open: return "OPEN";
        case Mode::learning: return "LEARNING";
        case Mode::off: return "OFF";
    }
    return "";
}

bool Profile::depends_on_time() const {
    auto const has_windows = [](Exception const& exception) { return !exception.windows.empty(); };
    return !windows.empty() || std::ranges::any_of(exceptions, has_windows) || ends_on.has_value();
}

std::vector<std::string> Profile::timed_categories() const {
    std::vector<std::string> all;
    auto const add = [&](Window const& window) {
        all.insert(all.end(), window.categories.begin(), window.categories.end());
    };
    std::ranges::for_each(windows, add);
    for (auto const& exception : exceptions) std::ranges::for_each(exception.windows, add);
    std::ranges::sort(all);
    auto const repeated = std::ranges::unique(all);
    all.erase(repeated.begin(), repeated.end());
    return all;
}

bool Profile::may_be_without_access() const {
    auto const restricts = [](Window const& window) { return window.categories.empty() && window.mode != Mode::open; };
    return default_mode != Mode::open || std::ranges::any_of(windows, restricts) ||
           std::ranges::any_of(exceptions, [&](Exception const& exception) {
               return std::ranges::any_of(exception.windows, restricts);
           });
}

bool Content::blocks(std::string_view category) const {
    return std::ranges::find(block_categories, category) != block_categories.end() ||
           (block_vpn && category == vpn_category) || (block_encrypted_dns && category == encrypted_dns_category);
}

bool Content::filters() const {
    return !block_categories.empty() || !block_domains.empty() || !age_gates.empty() || youtube != YouTube::off ||
           safe_search || block_encrypted_dns || block_vpn || resolved_only || strip_ech;
}

namespace {

template <typename Named>
std::optional<std::size_t> find(std::vector<Named> const& all, std::string_view id) {
    auto const found = std::ranges::find(all, id, &Named::id);
    if (found == all.end()) return std::nullopt;
    return static_cast<std::size_t>(found - all.begin());
}

}  // namespace

std::optional<std::size_t> Policy::find_profile(std::string_view id) const {
    return find(profiles, id);
}

std::optional<std::size_t> Policy::find_device(std::string_view id) const {
    return find(devices, id);
}

}  // namespace kindgate::policy
