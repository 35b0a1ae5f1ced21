// Local wall-clock time and instants. The rules for clock changes (DESIGN: "clock changes"): a window's edge in a gap
// falls on the jump; one that starts in an overlap starts at the first occurrence, one that ends there ends at the
// second; a window wholly inside a gap, or on a date that the zone skipped, does not happen.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <date/date.h>
#include <date/tz.h>

#include "base/result.h"
#include "policy/model.h"

namespace kindgate::policy {

struct Interval {
    Instant from;
    Instant to;  // exclusive
    bool contains(Instant at) const { return from <= at && at < to; }
    bool operator==(Interval const&) const = default;
};

enum class Edge : std::uint8_t { start, end };

// The instant of a local time as a window's edge.
Instant edge_instant(date::time_zone const& zone, date::local_seconds local, Edge edge);

// When the window that belongs to `date` happens; none if it doesn't.
std::optional<Interval> occurrence(date::time_zone const& zone, date::local_days date, minutes from, minutes to);

// The first instant of a local date (of the next one that exists, if the zone skipped it).
Instant first_instant(date::time_zone const& zone, date::local_days date);

// A stretch of time in which a zone's clocks are not changed.
struct ZoneStretch {
    Instant begin;
    Instant end;                  // exclusive; where the next one begins
    std::chrono::seconds offset;  // local time less UTC
    std::string abbreviation;     // "CEST"
};
ZoneStretch zone_stretch(date::time_zone const& zone, Instant at);

date::local_days local_date(date::time_zone const& zone, Instant at);
date::local_seconds local_time(date::time_zone const& zone, Instant at);

// What people write: RFC 3339 ("2026-03-29T01:30:00Z", "…+02:00") or local "2026-03-29T02:30[:SS]" (in a gap: the jump;
// in an overlap: the first occurrence). Fractions of a second are cut off.
Result<Instant> parse_instant(std::string_view text, date::time_zone const& zone);

// The same, or a date: as Edge::start its first instant, as Edge::end its end (the first instant of the next).
Result<Instant> parse_instant_or_date(std::string_view text, date::time_zone const& zone, Edge edge);

// "18:00", the next such local time after `now` (strictly); or anything that parse_instant takes.
Result<Instant> parse_until(std::string_view text, date::time_zone const& zone, Instant now);

// "2026-03-29T01:30:00Z"
std::string rfc3339(Instant at);

// As a person would say it at `now`: "21:00", "tomorrow 07:00", "Saturday 09:00", "2027-01-07 08:00".
std::string say_instant(date::time_zone const& zone, Instant at, Instant now);

}  // namespace kindgate::policy
