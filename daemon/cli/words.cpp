#include "words.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include "policy/decide.h"

namespace kindgate::cli {

namespace {

using std::chrono::seconds;

struct Unit {
    char letter;
    std::string_view word;
    seconds length;
};

constexpr std::array units{Unit{'d', "d", std::chrono::days{1}}, Unit{'h', "h", std::chrono::hours{1}},
                           Unit{'m', "min", std::chrono::minutes{1}}, Unit{'s', "s", seconds{1}}};

Error not_a_duration(std::string_view text) {
    return {ErrorCode::invalid_input,
            fmt::format("'{}' is no length of time: write 30m, 2h, 1h30m, 90s or 1d, up to 400d", text)};
}

// Takes "1h" off the front of `rest`; the number, or none if it isn't there.
std::optional<seconds::rep> take(std::string_view& rest, char letter) {
    seconds::rep number = 0;
    auto const [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    auto const digits = static_cast<std::size_t>(end - rest.data());
    // Nine digits of days still fit.
    if (error != std::errc{} || digits > 9 || rest[0] == '-' || digits == rest.size() || rest[digits] != letter)
        return std::nullopt;
    rest.remove_prefix(digits + 1);
    return number;
}

}  // namespace

Result<seconds> parse_duration(std::string_view text) {
    seconds length{};
    std::string_view rest = text;
    for (auto const& unit : units)
        if (auto const number = take(rest, unit.letter)) length += *number * unit.length;
    if (!rest.empty() || length < seconds{1} || length > policy::horizon) return not_a_duration(text);
    return length;
}

std::string say_duration(seconds length) {
    std::string result;
    int said = 0;
    for (auto const& unit : units) {
        auto const number = length / unit.length;
        length %= unit.length;
        if (said == 1 && number == 0) break;
        if (number == 0 && unit.letter != 's') continue;
        result += fmt::format("{}{} {}", said == 0 ? "" : " ", number, unit.word);
        if (++said == 2) break;
    }
    return result;
}

Result<Lasting> parse_lasting(std::vector<std::string> const& words, Needed needed) {
    if (words.empty() && needed == Needed::no) return Lasting{};
    if (words.size() == 2 && words[0] == "for") {
        return Lasting{KG_TRY(parse_duration(words[1])), ""};
    }
    if (words.size() == 2 && words[0] == "until" && !words[1].empty()) return Lasting{std::nullopt, words[1]};
    return Error{ErrorCode::invalid_input,
                 fmt::format("{}: write 'for 30m', 'for 2h', 'until 18:00' or 'until 2026-03-29T18:00'",
                             words.empty() ? "how long isn't said"
                                           : fmt::format("'{}' doesn't say how long", fmt::join(words, " ")))};
}

Result<date::time_zone const*> find_zone(std::string const& name) {
    try {
        return date::locate_zone(name);
    } catch (std::exception const&) {
        return Error{ErrorCode::unavailable,
                     fmt::format("this machine doesn't know the time zone '{}': install the package tzdata", name)};
    }
}

std::string local_text(date::time_zone const& zone, std::optional<policy::Instant> at) {
    if (!at) return "";
    auto const local = policy::local_time(zone, *at);
    auto const day = date::floor<date::days>(local);
    auto const ymd = date::year_month_day{day};
    auto const time = date::hh_mm_ss{local - day};
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", static_cast<int>(ymd.year()),
                       static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()), time.hours().count(),
                       time.minutes().count());
}

std::string until_text(date::time_zone const& zone, std::optional<policy::Instant> until, policy::Instant now) {
    return until ? "until " + policy::say_instant(zone, *until, now) : "with no end in sight";
}

}  // namespace kindgate::cli
