// The one place that decides: mode and reason of a profile at an instant, when that changes next, and the whole
// timeline. plan() and everything that explains walk this code. Pure: no clock, no file.
//
// In this order: past `ends_on` the controls have lapsed, whatever a person said (OPEN, rule "ends_on"); else the
// override with the largest id of those that cover the moment (rule "override", a text that depends on its mode only);
// else the most restrictive window, of equally restrictive ones the first (weekly windows stand before those of
// exceptions, which only matters for nights that run into another date); else default_mode. An OPEN window beats a
// default of OFF: the default is for moments outside all windows.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "policy/calendar.h"
#include "policy/model.h"

namespace kindgate::policy {

// How far ahead anybody looks for a change.
inline constexpr std::chrono::days horizon{400};

// A person's word: beats windows and exceptions, ends by itself.
struct Override {
    std::uint64_t id = 0;  // rises with each one given: of several that cover a moment the largest applies
    std::string who;       // profile id, device id, hardware address (Mac::text()) or "all"
    Mode mode = Mode::off;
    Interval when{};
    std::string given_by;  // user name
    bool operator==(Override const&) const = default;
};

// Whose decision: a profile, and the device if it is about one. Borrowed for the call.
struct Subject {
    Policy const& policy;
    Profile const& profile;
    std::string_view device_id;  // "" : none
    std::span<Mac const> macs;   // of the device

    // The override is about this profile, this device, or all.
    bool is_named_by(Override const& given) const;
};

// A category that a category window withholds at a moment.
struct Withheld {
    std::string category;
    Reason reason;
    bool operator==(Withheld const&) const = default;
};

struct Decision {
    Mode mode = Mode::open;
    Reason because;
    bool operator==(Decision const&) const = default;
    // An access lease is held.
    bool allows() const { return mode != Mode::off; }
    // The controls have ended for good: nothing is filtered either.
    bool lapsed() const { return because.rule == "ends_on"; }
};

// `overrides`: all that are known, whoever they are about, in any order.
Decision decide(Subject const& subject, std::span<Override const> overrides, Instant at);

// Categories withheld at `at`, each once, in the order of the file. Empty under an override or past ends_on.
std::vector<Withheld> withheld(Subject const& subject, std::span<Override const> overrides, Instant at);

struct Explanation {
    Decision decision;
    // The first later instant, at most `horizon` later, at which mode or reason differs; nullopt: none.
    std::optional<Instant> until;
    bool operator==(Explanation const&) const = default;
};

Explanation explain(Subject const& subject, std::span<Override const> overrides, Instant at);

struct Stretch {
    Interval when;
    Decision decision;
    bool operator==(Stretch const&) const = default;
};

// Gapless from span.from to span.to; neighbours differ in mode or reason. Empty for an empty span.
std::vector<Stretch> timeline(Subject const& subject, std::span<Override const> overrides, Interval span);

}  // namespace kindgate::policy
