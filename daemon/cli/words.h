// What people write and read about time: "1h30m", "until 18:00", "tomorrow 07:00".
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/calendar.h"

namespace kindgate::cli {

// "30m", "2h", "1h30m", "90s", "1d": each unit at most once, from the largest down; 1 second to 400 days.
Result<std::chrono::seconds> parse_duration(std::string_view text);

// "1 h 30 min", the two largest units.
std::string say_duration(std::chrono::seconds length);

// How long a person's word holds. Neither: as long as it does where nobody says (24 hours).
struct Lasting {
    std::optional<std::chrono::seconds> length;
    std::string until;  // as written; the gate knows the zone and reads it
};

enum class Needed : bool { no, yes };

// {"for", "2h"} or {"until", "18:00"}; none where `needed` allows it.
Result<Lasting> parse_lasting(std::vector<std::string> const& words, Needed needed);

// The zone by its IANA name, from this machine's zone data.
Result<date::time_zone const*> find_zone(std::string const& name);

// "2026-03-29 02:30"; "" for no instant.
std::string local_text(date::time_zone const& zone, std::optional<policy::Instant> at);

// "until tomorrow 07:00", or "with no end in sight".
std::string until_text(date::time_zone const& zone, std::optional<policy::Instant> until, policy::Instant now);

}  // namespace kindgate::cli
