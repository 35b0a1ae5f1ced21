#include "load_words.h"

#include <algorithm>
#include <array>
#include <exception>
#include <vector>

#include <date/tz.h>
#include <fmt/format.h>

namespace kindgate::policy {

namespace {

constexpr std::array<std::string_view, 7> day_names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};  // as c_encoding

std::optional<unsigned> day_number(std::string_view text) {
    auto const found = std::ranges::find(day_names, text);
    if (found == day_names.end()) return std::nullopt;
    return static_cast<unsigned>(found - day_names.begin());
}

Complaint not_days(std::string_view text) {
    return {fmt::format("{} does not name days", quoted(text)),
            "write them like \"mon-fri\", \"sat,sun\", \"fri-mon\" or \"daily\""};
}

// "mon" or "fri-mon".
std::optional<Complaint> add_days(std::string_view part, std::string_view text, Days& days) {
    auto const dash = part.find('-');
    auto const first = day_number(part.substr(0, dash));
    auto const last = dash == std::string_view::npos ? first : day_number(part.substr(dash + 1));
    if (!first || !last) return not_days(text);
    if (dash != std::string_view::npos && *first == *last)
        return Complaint{fmt::format("{} may mean one day or all", quoted(part)),
                         fmt::format("write \"{}\" or \"daily\"", day_names[*first])};
    for (auto day = *first;; day = (day + 1) % 7) {
        days.add(date::weekday{day});
        if (day == *last) return std::nullopt;
    }
}

// All characters are digits; the number.
std::optional<unsigned> number(std::string_view digits) {
    unsigned value = 0;
    for (char const c : digits) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value;
}

}  // namespace

Read<Days> read_days(std::string_view text) {
    Days days;
    if (text == "daily") text = "sun-sat";
    for (std::size_t start = 0; start <= text.size();) {
        auto const end = std::min(text.find(',', start), text.size());
        if (auto wrong = add_days(text.substr(start, end - start), text, days))
            return std::unexpected{*std::move(wrong)};
        start = end + 1;
    }
    return days;
}

Read<minutes> read_time(std::string_view text, Midnight midnight) {
    auto const latest = midnight == Midnight::also_as_24_00 ? 24 * 60U : 24 * 60U - 1;
    if (text.size() == 5 && text[2] == ':') {
        auto const hour = number(text.substr(0, 2));
        auto const minute = number(text.substr(3));
        if (hour && minute && *minute < 60 && *hour * 60 + *minute <= latest) return minutes{*hour * 60 + *minute};
    }
    return std::unexpected{Complaint{
        fmt::format("{} is not a time of day", quoted(text)),
        fmt::format("write hours and minutes with two digits each, 00:00 to {:02}:{:02}", latest / 60, latest % 60)}};
}

Read<date::local_days> read_date(std::string_view text) {
    if (text.size() == 10 && text[4] == '-' && text[7] == '-') {
        auto const year = number(text.substr(0, 4));
        auto const month = number(text.substr(5, 2));
        auto const day = number(text.substr(8));
        if (year && month && day) {
            auto const date = date::year{static_cast<int>(*year)} / static_cast<int>(*month) / static_cast<int>(*day);
            if (date.ok()) return date::local_days{date};
            return std::unexpected{Complaint{fmt::format("{} is a date that no calendar has", quoted(text)),
                                             "write the year, the month and the day, like 2026-12-23"}};
        }
    }
    return std::unexpected{Complaint{fmt::format("{} is not a date", quoted(text)),
                                     "write the year, the month and the day, like 2026-12-23"}};
}

namespace {

Complaint unknown_zone(std::string_view text, date::tzdb const& database) {
    // "Berlin" and "Germany/Berlin" were meant to be Europe/Berlin.
    std::string city{text.substr(text.rfind('/') + 1)};
    std::ranges::replace(city, ' ', '_');
    std::vector<std::string> names;
    std::optional<std::string> of_city;
    for (auto const& zone : database.zones) {
        names.push_back(zone.name());
        if (city.size() > 2 && zone.name().ends_with("/" + city)) of_city = zone.name();
    }
    auto const meant = of_city ? of_city : nearest(text, names);
    return {fmt::format("unknown time zone {}", quoted(text)),
            meant ? fmt::format("did you mean {}?", *meant) : "write its IANA name, like Europe/Berlin"};
}

}  // namespace

Read<date::time_zone const*> read_zone(std::string_view text) {
    try {
        auto const& database = date::get_tzdb();
        auto const found = std::ranges::find(database.zones, text, &date::time_zone::name);
        if (found == database.zones.end()) return std::unexpected{unknown_zone(text, database)};
        found->get_info(date::sys_seconds{});
        return &*found;
    } catch (std::exception const& failure) {
        return std::unexpected{
            Complaint{fmt::format("the time zone {} can't be read: {}", quoted(text), failure.what()),
                      "install the system's time zone data (tzdata)"}};
    }
}

Complaint complaint(Error const& error) {
    constexpr std::size_t longest = 200;  // bytes: it repeats the user's word
    auto const& sentence = error.message();
    auto const colon = sentence.rfind(": ");
    if (colon == std::string::npos) return {shown(sentence, longest), ""};
    return {shown(sentence.substr(0, colon), longest), shown(sentence.substr(colon + 2), longest)};
}

}  // namespace kindgate::policy
