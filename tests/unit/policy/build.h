// Policies built by hand, and values in words, for the tests of the pure core.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/calendar.h"
#include "policy/decide.h"
#include "policy/plan.h"
#include "test.h"

namespace kindgate::policy::build {

inline Instant utc(std::string_view text) {
    return test::value(parse_instant(text, *date::locate_zone("UTC")));
}

inline date::local_days day(int year, unsigned month, unsigned day_of_month) {
    return date::local_days{date::year{year} / static_cast<int>(month) / static_cast<int>(day_of_month)};
}

// "21:30"; hours beyond 24 are of the next day.
inline minutes clock(std::string_view text) {
    return minutes{std::stoi(std::string{text.substr(0, 2)}) * 60 + std::stoi(std::string{text.substr(3)})};
}

// By first letters, Sunday first: "-mtwtf-".
inline Days days(std::string_view marks) {
    Days result;
    for (unsigned i = 0; i < 7; ++i)
        if (marks.at(i) != '-') result.add(date::weekday{i});
    return result;
}

inline Window window(std::string_view marks, std::string_view from, std::string_view to, Mode mode,
                     std::vector<std::string> categories = {}) {
    Window result;
    result.days = days(marks);
    result.from = clock(from);
    result.to = clock(to);
    if (result.to <= result.from) result.to += minutes{1440};
    result.mode = mode;
    result.categories = std::move(categories);
    return result;
}
inline constexpr std::string_view daily = "smtwtfs";

// Gives every rule its path and a sentence, as the loader does.
inline Profile profile(std::string id, Mode default_mode, std::vector<Window> windows,
                       std::vector<Exception> exceptions = {}) {
    Profile result;
    result.id = std::move(id);
    result.default_mode = default_mode;
    result.default_reason = {"default_mode", "Otherwise"};
    result.ends_reason = {"ends_on", "Grown up"};
    auto const tell = [](std::vector<Window>& all, std::string const& path) {
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i].reason = {path + "windows[" + std::to_string(i) + "]", "Window"};
    };
    tell(windows, "");
    for (std::size_t i = 0; i < exceptions.size(); ++i)
        tell(exceptions[i].windows, "exceptions[" + std::to_string(i) + "].");
    result.windows = std::move(windows);
    result.exceptions = std::move(exceptions);
    return result;
}

inline Policy policy(std::string_view zone, std::vector<Profile> profiles) {
    Policy result;
    result.zone = date::locate_zone(zone);
    result.profiles = std::move(profiles);
    return result;
}

inline Subject subject(Policy const& policy, std::size_t profile = 0) {
    return {policy, policy.profiles.at(profile), "", {}};
}

inline std::string text(Mode mode) {
    switch (mode) {
        case Mode::open: return "OPEN";
        case Mode::learning: return "LEARNING";
        case Mode::off: return "OFF";
    }
    return "?";
}
// "OFF windows[0]"
inline std::string text(Decision const& decision) {
    return text(decision.mode) + " " + decision.because.rule;
}
inline std::string text(std::optional<Instant> at) {
    return at ? rfc3339(*at) : "never";
}
inline std::string text(Interval const& when) {
    return rfc3339(when.from) + "/" + rfc3339(when.to);
}
inline std::string text(std::optional<Interval> const& when) {
    return when ? text(*when) : "none";
}
inline std::string text(std::vector<Withheld> const& all) {
    std::string result;
    for (auto const& one : all) result += one.category + " by " + one.reason.rule + ";";
    return result;
}

}  // namespace kindgate::policy::build
