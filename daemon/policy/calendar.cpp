#include "policy/calendar.h"

#include <fmt/format.h>

#include "zone_spans.h"

namespace kindgate::policy {

namespace {

constexpr std::array<std::string_view, 7> weekday_names{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                        "Thursday", "Friday", "Saturday"};

std::string date_text(date::local_days date) {
    date::year_month_day const day{date};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                       static_cast<unsigned>(day.day()));
}

}  // namespace

Instant edge_instant(date::time_zone const& zone, date::local_seconds local, Edge edge) {
    return ZoneSpans{zone}.edge_instant(local, edge);
}

std::optional<Interval> occurrence(date::time_zone const& zone, date::local_days date, minutes from, minutes to) {
    return ZoneSpans{zone}.occurrence(date, from, to);
}

Instant first_instant(date::time_zone const& zone, date::local_days date) {
    return ZoneSpans{zone}.first_instant(date);
}

date::local_days local_date(date::time_zone const& zone, Instant at) {
    return ZoneSpans{zone}.local_date(at);
}

ZoneStretch zone_stretch(date::time_zone const& zone, Instant at) {
    return ZoneSpans{zone}.stretch_at(at);
}

date::local_seconds local_time(date::time_zone const& zone, Instant at) {
    return ZoneSpans{zone}.local_time(at);
}

std::string rfc3339(Instant at) {
    auto const day = date::floor<date::days>(at);
    date::hh_mm_ss const time{at - day};
    return fmt::format("{}T{:02}:{:02}:{:02}Z", date_text(date::local_days{day.time_since_epoch()}),
                       time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::string say_instant(date::time_zone const& zone, Instant at, Instant now) {
    ZoneSpans spans{zone};
    auto const local = spans.local_time(at);
    auto const day = date::floor<date::days>(local);
    date::hh_mm_ss const time{local - day};
    auto clock = fmt::format("{:02}:{:02}", time.hours().count(), time.minutes().count());
    auto const ahead = (day - spans.local_date(now)).count();
    if (ahead == 0) return clock;
    if (ahead == 1) return "tomorrow " + clock;
    // The weekday of a week ahead would be taken for today's.
    if (ahead > 1 && ahead < 7) return fmt::format("{} {}", weekday_names.at(date::weekday{day}.c_encoding()), clock);
    return date_text(day) + " " + clock;
}

}  // namespace kindgate::policy
