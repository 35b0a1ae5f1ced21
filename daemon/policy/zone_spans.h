// A time zone as the stretches of constant UTC offset that it is made of, remembered: converting the windows of a whole
// year then costs an addition each, not a search in the zone's table.
#pragma once

#include <vector>

#include "policy/calendar.h"

namespace kindgate::policy {

class ZoneSpans {
public:
    // Borrows the zone, which lives as long as the process.
    explicit ZoneSpans(date::time_zone const& zone) : zone_(&zone) {}

    // Borrowed until the next call.
    ZoneStretch const& stretch_at(Instant at);

    date::local_days local_date(Instant at) { return date::floor<date::days>(local_time(at)); }
    date::local_seconds local_time(Instant at) {
        return date::local_seconds{(at + stretch_at(at).offset).time_since_epoch()};
    }

    // As the free functions of policy/calendar.h.
    Instant edge_instant(date::local_seconds local, Edge edge);
    std::optional<Interval> occurrence(date::local_days date, minutes from, minutes to);
    Instant first_instant(date::local_days date) { return edge_instant(date, Edge::start); }

    // The zone skipped the date: no instant belongs to it.
    bool skipped(date::local_days date);

private:
    ZoneStretch ask(Instant at) const;
    ZoneStretch from_earlier_year(Instant at) const;
    // The one stretch that alone has all local times from `from` to `to`; null if a clock change is near.
    ZoneStretch const* only_stretch(date::local_seconds from, date::local_seconds to);

    date::time_zone const* zone_;
    std::vector<ZoneStretch> spans_;  // by begin, not gapless
    std::size_t last_ = 0;            // index of the span asked for last
};

}  // namespace kindgate::policy
