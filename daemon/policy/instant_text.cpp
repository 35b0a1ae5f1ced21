// Instants as people write them. Reads fixed columns by hand: date::parse takes "2026-3-9" and "25:00" for good.
#include <charconv>
#include <string>

#include <fmt/format.h>

#include "policy/calendar.h"
#include "zone_spans.h"

namespace kindgate::policy {

namespace {

constexpr date::year earliest{1970};
constexpr date::year latest{2200};

Error wrong(std::string_view text, std::string_view what) {
    return {ErrorCode::invalid_input, fmt::format("'{}': {}", text, what)};
}

constexpr std::string_view how_to_write =
    "is no time that can be read here: write a local time like 2026-03-29T18:30, or with its distance from UTC like "
    "2026-03-29T18:30:00+02:00 or 2026-03-29T16:30:00Z";

// What is left of the text. The first thing that doesn't fit makes all later reads fail.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool ok() const { return ok_; }
    bool at_end() const { return ok_ && rest_.empty(); }

    // Exactly so many digits.
    int number(std::size_t digits) {
        int result = 0;
        if (!ok_ || rest_.size() < digits) return failed();
        for (char const c : rest_.substr(0, digits)) {
            if (c < '0' || c > '9') return failed();
            result = result * 10 + (c - '0');
        }
        rest_.remove_prefix(digits);
        return result;
    }
    // One of these characters is next and is taken.
    bool took(std::string_view any) {
        if (!ok_ || rest_.empty() || any.find(rest_.front()) == std::string_view::npos) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void expect(std::string_view any) { ok_ = took(any) && ok_; }
    void skip_fraction() {
        if (!took(".")) return;
        auto const end = rest_.find_first_not_of("0123456789");
        ok_ = ok_ && end != 0 && !rest_.empty();
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end);
    }

private:
    int failed() {
        ok_ = false;
        return 0;
    }

    std::string_view rest_;
    bool ok_ = true;
};

struct Fields {
    int year = 0, month = 0, day = 0;
    int hour = 0, minute = 0, second = 0;
    bool has_seconds = false;
};

void read_date(Reader& reader, Fields& fields) {
    fields.year = reader.number(4);
    reader.expect("-");
    fields.month = reader.number(2);
    reader.expect("-");
    fields.day = reader.number(2);
}

void read_clock(Reader& reader, Fields& fields) {
    fields.hour = reader.number(2);
    reader.expect(":");
    fields.minute = reader.number(2);
    fields.has_seconds = reader.took(":");
    if (!fields.has_seconds) return;
    fields.second = reader.number(2);
    reader.skip_fraction();
}

Result<date::local_days> checked_date(std::string_view text, Fields const& fields) {
    date::year_month_day const day{date::year{fields.year}, date::month{static_cast<unsigned>(fields.month)},
                                   date::day{static_cast<unsigned>(fields.day)}};
    if (!day.ok())
        return wrong(text, fmt::format("there is no date {:04}-{:02}-{:02}", fields.year, fields.month, fields.day));
    if (day.year() < earliest || day.year() > latest) return wrong(text, "the year has to be 1970 to 2200");
    return date::local_days{day};
}

Result<std::chrono::seconds> checked_clock(std::string_view text, Fields const& fields) {
    if (fields.hour == 24) return wrong(text, "hours are 00 to 23: write 00:00 of the next day");
    if (fields.hour > 23) return wrong(text, "hours are 00 to 23");
    if (fields.minute > 59) return wrong(text, "minutes are 00 to 59");
    if (fields.second > 59) return wrong(text, "seconds are 00 to 59 (leap seconds are not counted here)");
    return std::chrono::hours{fields.hour} + minutes{fields.minute} + std::chrono::seconds{fields.second};
}

// RFC 3339, 5.6, time-offset; none: a local time.
Result<std::optional<std::chrono::seconds>> read_offset(std::string_view text, Reader& reader) {
    if (!reader.ok() || reader.at_end()) return std::optional<std::chrono::seconds>{};
    if (reader.took("Zz")) return std::optional{std::chrono::seconds{0}};
    bool const west = reader.took("-");
    if (!west) reader.expect("+");
    int const hour = reader.number(2);
    reader.expect(":");
    int const minute = reader.number(2);
    if (hour > 23 || minute > 59) return wrong(text, "the distance from UTC is at most 23:59");
    std::chrono::seconds const offset = std::chrono::hours{hour} + minutes{minute};
    return std::optional{west ? -offset : offset};
}

// "2026-03-29" and no more.
bool is_date(std::string_view text) {
    Reader reader{text};
    Fields fields;
    read_date(reader, fields);
    return reader.at_end();
}

// The first instant after `now` at which the zone's clocks show this time.
Instant next_at(date::time_zone const& zone, std::chrono::seconds clock, Instant now) {
    ZoneSpans spans{zone};
    auto const today = spans.local_date(now);
    std::optional<Instant> next;
    // In an overlap the second occurrence may be next; where clocks go back over midnight, yesterday's. A skipped date
    // follows today at most once, so some date of these has it.
    for (auto date = today - date::days{1}; date <= today + date::days{3}; date += date::days{1}) {
        if (spans.skipped(date)) continue;
        for (auto const edge : {Edge::start, Edge::end}) {
            auto const at = spans.edge_instant(date::local_seconds{date} + clock, edge);
            if (at > now && (!next || at < *next)) next = at;
        }
    }
    return next.value_or(now + date::days{1});
}

}  // namespace

Result<Instant> parse_instant(std::string_view text, date::time_zone const& zone) {
    Reader reader{text};
    Fields fields;
    read_date(reader, fields);
    reader.expect("Tt");
    read_clock(reader, fields);
    auto const offset = KG_TRY(read_offset(text, reader));
    if (!reader.at_end()) return wrong(text, how_to_write);
    auto const date = KG_TRY(checked_date(text, fields));
    auto const clock = KG_TRY(checked_clock(text, fields));
    date::local_seconds const local{date + clock};
    if (offset && !fields.has_seconds)
        return wrong(text, "with a distance from UTC the seconds are needed: write 18:30:00");
    auto const at = offset ? Instant{local.time_since_epoch()} - *offset : edge_instant(zone, local, Edge::start);
    if (at < Instant{}) return wrong(text, "is before 1970");
    return at;
}

Result<Instant> parse_instant_or_date(std::string_view text, date::time_zone const& zone, Edge edge) {
    if (!is_date(text)) {
        if (auto const at = parse_instant(text, zone);
            at.ok() || (text.size() > 10 && (text[10] == 'T' || text[10] == 't')))
            return at;
        return wrong(text,
                     "is no date or time that can be read here: write a date like 2026-03-29, or a time like "
                     "2026-03-29T18:30 or 2026-03-29T16:30:00Z");
    }
    Reader reader{text};
    Fields fields;
    read_date(reader, fields);
    auto const date = KG_TRY(checked_date(text, fields));
    return first_instant(zone, edge == Edge::start ? date : date + date::days{1});
}

Result<Instant> parse_until(std::string_view text, date::time_zone const& zone, Instant now) {
    if (text.find('-') != std::string_view::npos) return parse_instant(text, zone);
    Reader reader{text};
    Fields fields;
    fields.hour = reader.number(2);
    reader.expect(":");
    fields.minute = reader.number(2);
    if (!reader.at_end())
        return wrong(text,
                     "is no time that can be read here: write 18:30 for the next time that it is half past six in the "
                     "evening, or date and time like 2026-03-29T18:30");
    return next_at(zone, KG_TRY(checked_clock(text, fields)), now);
}

}  // namespace kindgate::policy
