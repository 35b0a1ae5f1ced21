// The rules of time once more, as naively as they can be written: every date near the instant, every window, the zone
// asked each time. Shares no code with daemon/policy, so that a mistake there can't hide.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <date/tz.h>

#include "policy/decide.h"

namespace kindgate::policy::oracle {

// Where a local time is, asked of the zone. date's own answer: "first" and "second" in an overlap, in a gap the span
// before ends at the jump.
inline Instant edge(date::time_zone const& zone, date::local_seconds local, bool is_start) {
    auto const info = zone.get_info(local);
    if (info.result == date::local_info::nonexistent) return info.first.end;
    bool const second = info.result == date::local_info::ambiguous && !is_start;
    return Instant{local.time_since_epoch()} - (second ? info.second.offset : info.first.offset);
}

inline bool skipped(date::time_zone const& zone, date::local_days date) {
    for (minutes time{0}; time < minutes{1440}; time += minutes{15})
        if (zone.get_info(date::local_seconds{date + time}).result != date::local_info::nonexistent) return false;
    return true;
}

struct Found {
    Mode mode;
    std::string rule;
    std::vector<std::string> withheld;  // by alphabet, each once
    bool operator==(Found const&) const = default;
};

inline Exception const* exception_on(Profile const& profile, date::local_days date) {
    Exception const* best = nullptr;
    for (auto const& exception : profile.exceptions) {
        bool const there = exception.first <= date && date <= exception.last;
        if (there && (best == nullptr || exception.last - exception.first <= best->last - best->first))
            best = &exception;
    }
    return best;
}

// Windows in the order of the file that cover the moment.
inline std::vector<Window const*> covering(Policy const& policy, Profile const& profile, Instant at) {
    auto const& zone = *policy.zone;
    auto const today = date::floor<date::days>(zone.to_local(at));
    auto const covers = [&](Window const& window, date::local_days date) {
        return !skipped(zone, date) && edge(zone, date + window.from, true) <= at &&
               at < edge(zone, date + window.to, false);
    };
    auto const covers_near = [&](Window const& window, Exception const* of) {
        for (int off = -3; off <= 3; ++off) {
            auto const date = today + date::days{off};
            if (exception_on(profile, date) != of) continue;
            if (of == nullptr && !window.days.has(date::weekday{date})) continue;
            if (covers(window, date)) return true;
        }
        return false;
    };
    std::vector<Window const*> all;
    for (auto const& window : profile.windows)
        if (covers_near(window, nullptr)) all.push_back(&window);
    for (auto const& exception : profile.exceptions)
        for (auto const& window : exception.windows)
            if (covers_near(window, &exception)) all.push_back(&window);
    return all;
}

inline bool names(Override const& given, Subject const& subject) {
    if (given.who == "all" || given.who == subject.profile.id) return true;
    if (!subject.device_id.empty() && given.who == subject.device_id) return true;
    return std::ranges::any_of(subject.macs, [&](Mac const& mac) { return mac.text() == given.who; });
}

inline Found decide(Subject const& subject, std::span<Override const> overrides, Instant at) {
    auto const& profile = subject.profile;
    if (profile.ends_on && at >= edge(*subject.policy.zone, date::local_seconds{*profile.ends_on}, true))
        return {Mode::open, "ends_on", {}};
    Override const* latest = nullptr;
    for (auto const& given : overrides)
        if (names(given, subject) && given.when.from <= at && at < given.when.to)
            if (latest == nullptr || given.id > latest->id) latest = &given;
    if (latest != nullptr) return {latest->mode, "override", {}};
    Found found{profile.default_mode, "default_mode", {}};
    bool in_window = false;
    for (auto const* window : covering(subject.policy, profile, at)) {
        found.withheld.insert(found.withheld.end(), window->categories.begin(), window->categories.end());
        if (!window->categories.empty() || (in_window && window->mode <= found.mode)) continue;
        found.mode = window->mode;
        found.rule = window->reason.rule;
        in_window = true;
    }
    std::ranges::sort(found.withheld);
    found.withheld.erase(std::ranges::unique(found.withheld).begin(), found.withheld.end());
    return found;
}

}  // namespace kindgate::policy::oracle
