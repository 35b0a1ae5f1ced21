#include "bars.h"

#include <sstream>

#include "policy/calendar.h"
#include "test.h"
#include "words.h"

namespace {

using namespace kindgate;
using namespace kindgate::cli;
using policy::Mode;

struct Turn {
    std::string_view at;
    Mode mode;
};

// The rows of days only, without borders' colours: turn i holds until turn i + 1, the last until `to`.
std::vector<std::string> rows(std::string const& zone_name, std::vector<Turn> const& turns, std::string_view to,
                              BarStyle style = {}) {
    auto const* zone = test::value(find_zone(zone_name));
    auto const instant = [&](std::string_view text) { return test::value(policy::parse_instant(text, *zone)); };
    std::vector<policy::Stretch> stretches;
    for (std::size_t i = 0; i < turns.size(); ++i) {
        auto const end = instant(i + 1 < turns.size() ? turns[i + 1].at : to);
        stretches.push_back({{instant(turns[i].at), end}, {turns[i].mode, {}}});
    }
    std::ostringstream out;
    print_bars(out, *zone, stretches, style);
    std::vector<std::string> lines;
    std::istringstream in{out.str()};
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    test::check(lines.size() >= 3, "hours, days, legend");
    return {lines.begin() + 1, lines.end() - 1};
}

std::string repeated(std::string_view text, int times) {
    std::string result;
    for (int i = 0; i < times; ++i) result += text;
    return result;
}

constexpr test::Test tests[] = {
    {"a day is a row of 48 half hours, each with the mode that holds for most of it",
     [] {
         auto const got = rows("Asia/Kolkata",
                               {{"2026-05-04T00:00", Mode::off},
                                {"2026-05-04T06:20", Mode::open},
                                {"2026-05-04T08:00", Mode::learning},
                                {"2026-05-04T13:10", Mode::open}},
                               "2026-05-05T00:00");
         test::equal(got.size(), 1U, "rows");
         test::equal(
             got[0],
             "Mon 2026-05-04 │" + repeated("·", 13) + repeated("█", 3) + repeated("▒", 10) + repeated("█", 22) + "│",
             "Monday");
     }},
    {"summers after 2037, where zone files end, are summers",
     [] {
         auto const got = rows("Europe/Berlin", {{"2040-07-02T00:00", Mode::off}, {"2040-07-02T06:00", Mode::open}},
                               "2040-07-03T00:00");
         test::equal(got.size(), 1U, "rows");
         test::equal(got[0], "Mon 2040-07-02 │" + repeated("·", 12) + repeated("█", 36) + "│", "Monday");
     }},
    {"what is outside the span stays blank",
     [] {
         auto const got = rows("UTC", {{"2026-05-04T12:00", Mode::open}}, "2026-05-05T12:00");
         test::equal(got.size(), 2U, "rows");
         test::equal(got[0], "Mon 2026-05-04 │" + repeated(" ", 24) + repeated("█", 24) + "│", "first");
         test::equal(got[1], "Tue 2026-05-05 │" + repeated("█", 24) + repeated(" ", 24) + "│", "second");
     }},
    {"clocks that are set forward leave a gap at its place, and the day says so",
     [] {
         auto const got = rows("Europe/Berlin", {{"2026-03-29T00:00", Mode::open}}, "2026-03-30T00:00");
         test::equal(got[0], "Sun 2026-03-29 │" + repeated("█", 4) + "  " + repeated("█", 42) + "│ clocks change",
                     "Berlin");
         auto const half = rows("Australia/Lord_Howe", {{"2026-10-04T00:00", Mode::off}}, "2026-10-05T00:00");
         test::equal(half[0], "Sun 2026-10-04 │" + repeated("·", 4) + " " + repeated("·", 43) + "│ clocks change",
                     "half an hour");
     }},
    {"an hour that happens twice is one hour of the row",
     [] {
         auto const got = rows("Europe/Berlin", {{"2026-10-25T00:00", Mode::open}}, "2026-10-26T00:00");
         test::equal(got[0], "Sun 2026-10-25 │" + repeated("█", 48) + "│ clocks change", "Berlin");
     }},
    {"a date that the zone skipped is an empty row",
     [] {
         auto const got = rows("Pacific/Apia", {{"2011-12-29T00:00", Mode::open}}, "2012-01-01T00:00");
         test::equal(got.size(), 3U, "29, 30, 31");
         test::equal(got[0], "Thu 2011-12-29 │" + repeated("█", 48) + "│", "before");
         test::contains(got[1], "Fri 2011-12-30 │" + repeated(" ", 48) + "│");
         test::equal(got[2], "Sat 2011-12-31 │" + repeated("█", 48) + "│", "after");
     }},
    {"the modes differ without colour, and colour is only added",
     [] {
         std::vector<Turn> const turns{
             {"2026-05-04T00:00", Mode::open}, {"2026-05-04T08:00", Mode::learning}, {"2026-05-04T16:00", Mode::off}};
         auto const plain = rows("UTC", turns, "2026-05-05T00:00")[0];
         auto const coloured = rows("UTC", turns, "2026-05-05T00:00", {true, 48})[0];
         test::check(plain.find('\033') == std::string::npos && coloured.find("\033[31m·") != std::string::npos,
                     "colour");
         for (auto const* character : {"█", "▒", "·"}) test::contains(plain, character);
     }},
    {"a number's bar is as long as its part of the most, and never nothing but for 0",
     [] {
         test::equal(bar(10, 10, 4), "████", "all");
         test::equal(bar(5, 10, 4), "██", "half");
         test::equal(bar(9, 10, 4), "███▌", "a part of a cell");
         test::equal(bar(1, 1440, 4), "▏", "little");
         test::equal(bar(20, 10, 4), "████", "more than the most");
         test::equal(bar(0, 10, 4), "", "nothing");
         test::equal(bar(0, 0, 4), "", "of nothing");
     }},
};

}  // namespace

int main() {
    return test::run("cli/bars", tests);
}
