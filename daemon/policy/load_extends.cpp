// `extends`, field by field: what a profile says itself wins, and a list with at least one element replaces the
// parent's. Reasons are made where a rule is stated, so what is inherited keeps the field path of the profile that
// states it.
#include <algorithm>

#include <fmt/format.h>

#include "load_policy.h"
#include "load_schedule.h"

namespace kindgate::policy {

namespace {

enum class Visit : std::uint8_t { not_yet, on_the_way, done };

void report_loop(std::vector<SaidProfile> const& said, std::size_t first, Report& report) {
    auto at = first;
    do {
        auto const next = *said[at].parent;
        report.error(said[at].extends_at,
                     Complaint{next == at ? fmt::format("profile {} extends itself", quoted(said[at].profile.id))
                                          : fmt::format("profile {} extends {}, which leads back to it",
                                                        quoted(said[at].profile.id), quoted(said[next].profile.id)),
                               "let one of them extend nothing"});
        at = next;
    } while (at != first);
}

// Indexes, each parent before its children. Loops are reported and left out.
std::vector<std::size_t> parents_first(std::vector<SaidProfile> const& said, Report& report) {
    std::vector<std::size_t> order;
    std::vector<Visit> visits(said.size(), Visit::not_yet);
    std::vector<std::size_t> way;
    for (std::size_t start = 0; start < said.size(); ++start) {
        way.clear();
        std::optional<std::size_t> at = start;
        for (; at && visits[*at] == Visit::not_yet; at = said[*at].parent) {
            visits[*at] = Visit::on_the_way;
            way.push_back(*at);
        }
        if (at && visits[*at] == Visit::on_the_way) report_loop(said, *at, report);
        for (auto const index : way) visits[index] = Visit::done;
        order.insert(order.end(), way.rbegin(), way.rend());
    }
    return order;
}

std::size_t count_windows(Profile const& profile) {
    auto count = profile.windows.size();
    for (auto const& exception : profile.exceptions) count += 1 + exception.windows.size();
    return count;
}

void fill(SaidProfile& child, SaidProfile const* parent) {
    if (!child.default_mode && parent != nullptr) child.default_mode = parent->default_mode;
    auto& profile = child.profile;
    profile.default_mode = child.default_mode.value_or(Mode::open);
    profile.default_reason = {"default_mode", fmt::format("No window applies: {}", in_words(profile.default_mode))};
    if (!child.visibility && parent != nullptr) child.visibility = parent->visibility;
    profile.visibility = child.visibility.value_or(Visibility::nothing);
    if (parent != nullptr) inherit(child.content, parent->content);
    profile.content = child.content.content;
    if (parent == nullptr) return;
    if (profile.windows.empty()) profile.windows = parent->profile.windows;
    if (profile.exceptions.empty()) profile.exceptions = parent->profile.exceptions;
    if (profile.ends_on) return;
    profile.ends_on = parent->profile.ends_on;
    profile.ends_reason = parent->profile.ends_reason;
}

}  // namespace

std::vector<Profile> inherit(std::vector<SaidProfile> said, Report& report) {
    auto const order = parents_first(said, report);
    if (report.failed()) return {};
    std::size_t windows = 0;
    std::size_t entries = 0;
    for (auto const index : order) {
        auto& child = said[index];
        fill(child, child.parent ? &said[*child.parent] : nullptr);
        windows += count_windows(child.profile);
        entries += count_entries(child.profile.content);
        if (windows <= most_in_all && entries <= most_in_all) continue;
        auto const& [count, what] = windows > most_in_all ? std::pair{windows, "windows and exceptions"}
                                                          : std::pair{entries, "categories and domains"};
        report.error(child.at,
                     Complaint{fmt::format("up to profile {} the profiles have {} {} together",
                                           quoted(child.profile.id), count, what),
                               fmt::format("let fewer profiles extend large ones: {} are taken", most_in_all)});
        return {};
    }
    std::vector<Profile> profiles;
    std::ranges::transform(said, std::back_inserter(profiles), [](SaidProfile& one) { return std::move(one.profile); });
    return profiles;
}

}  // namespace kindgate::policy
