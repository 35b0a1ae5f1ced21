// Why not date::time_zone::to_sys: it throws in gaps, chooses one of two only, and sees only two neighbouring offsets.
// Here a local time is looked for in every stretch near it. In stretch s it happens at `local - s.offset` if that lies
// in s: nowhere in a gap, twice in an overlap. In a gap the answer is the first stretch that begins later than `local`
// on its own clock.
#include "zone_spans.h"

#include <algorithm>

namespace kindgate::policy {

namespace {

// Further from UTC than any zone ever was (the largest offset on record is 15 h 13 min 42 s: Alaska before 1867).
constexpr std::chrono::hours widest{26};

Instant as_utc(date::local_seconds local) {
    return Instant{local.time_since_epoch()};
}

constexpr date::year last_listed{2037};

date::sys_days new_year(date::year year) {
    return date::sys_days{year / date::January / 1};
}

date::year year_of(Instant at) {
    return date::year_month_day{date::floor<date::days>(at)}.year();
}

// In the latest listed year in which this date has the weekday; 2027 to 2036 have them all for January and March 1.
date::sys_days same_weekday_before(date::month_day day, date::weekday weekday) {
    auto year = last_listed - date::years{1};
    while (date::weekday{date::sys_days{year / day}} != weekday) --year;
    return date::sys_days{year / day};
}

}  // namespace

ZoneStretch const& ZoneSpans::stretch_at(Instant at) {
    auto const holds = [at](ZoneStretch const& span) { return span.begin <= at && at < span.end; };
    if (last_ < spans_.size() && holds(spans_[last_])) return spans_[last_];
    auto place = std::ranges::upper_bound(spans_, at, {}, &ZoneStretch::begin);
    if (place == spans_.begin() || !holds(*std::prev(place))) {
        place = std::next(spans_.insert(place, ask(at)));
    }
    last_ = static_cast<std::size_t>(std::distance(spans_.begin(), place)) - 1;
    return spans_[last_];
}

ZoneStretch ZoneSpans::ask(Instant at) const {
    auto const info = zone_->get_info(at);
    Instant const listed_end = new_year(last_listed + date::years{1});
    bool const by_rule = year_of(info.begin) == last_listed && year_of(info.end) == date::year::max();
    if (!by_rule) return {info.begin, info.end, info.offset, info.abbrev};
    return at < listed_end ? ZoneStretch{info.begin, listed_end, info.offset, info.abbrev} : from_earlier_year(at);
}

// A leap day shifts the weekdays after it, so the year is two parts that have their own earlier years.
ZoneStretch ZoneSpans::from_earlier_year(Instant at) const {
    auto const year = year_of(at);
    date::sys_days const march = year / date::March / 1;
    bool const early = at < march;
    auto const begin = early ? new_year(year) : march;
    auto const end = early ? march : new_year(year + date::years{1});
    auto const day = early ? date::January / 1 : date::March / 1;
    auto const back = begin - same_weekday_before(day, date::weekday{begin});
    auto const info = zone_->get_info(at - back);
    return {std::max<Instant>(begin, info.begin + back), std::min<Instant>(end, info.end + back), info.offset,
            info.abbrev};
}

ZoneStretch const* ZoneSpans::only_stretch(date::local_seconds from, date::local_seconds to) {
    auto const& span = stretch_at(as_utc(from));
    return span.begin <= as_utc(from) - widest && as_utc(to) + widest < span.end ? &span : nullptr;
}

Instant ZoneSpans::edge_instant(date::local_seconds local, Edge edge) {
    if (auto const* span = only_stretch(local, local)) return as_utc(local) - span->offset;
    std::optional<Instant> found;
    std::optional<Instant> jump;
    for (auto at = as_utc(local) - widest; at <= as_utc(local) + widest;) {
        auto const span = stretch_at(at);
        auto const here = as_utc(local) - span.offset;
        if (span.begin <= here && here < span.end && (!found || edge == Edge::end)) found = here;
        if (!jump && span.begin > here) jump = span.begin;
        at = span.end;
    }
    return found ? *found : jump.value_or(as_utc(local));
}

bool ZoneSpans::skipped(date::local_days date) {
    date::local_seconds const midnight{date};
    auto const next = midnight + date::days{1};
    if (only_stretch(midnight, next) != nullptr) return false;
    for (auto at = as_utc(midnight) - widest; at <= as_utc(next) + widest;) {
        auto const span = stretch_at(at);
        if (span.begin < as_utc(next) - span.offset && as_utc(midnight) - span.offset < span.end) return false;
        at = span.end;
    }
    return true;
}

std::optional<Interval> ZoneSpans::occurrence(date::local_days date, minutes from, minutes to) {
    date::local_seconds const midnight{date};
    if (auto const* span = only_stretch(midnight + from, midnight + to); span != nullptr && from < to)
        return Interval{as_utc(midnight + from) - span->offset, as_utc(midnight + to) - span->offset};
    if (skipped(date)) return std::nullopt;
    Interval const when{edge_instant(midnight + from, Edge::start), edge_instant(midnight + to, Edge::end)};
    if (when.from >= when.to) return std::nullopt;
    return when;
}

}  // namespace kindgate::policy
