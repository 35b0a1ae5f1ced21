#include "report/week.h"

#include "test.h"

namespace {

using namespace kindgate;
using report::Day;
using report::Week;
using std::chrono::sys_days;
using std::chrono::year;

Day day(int y, unsigned m, unsigned d) {
    return sys_days{year{y} / std::chrono::month{m} / std::chrono::day{d}}.time_since_epoch();
}

constexpr test::Test tests[] = {
    // ISO 8601: the first week of a year has its first Thursday.
    {"weeks have the names of ISO 8601",
     [] {
         struct Case {
             Day day;
             std::string_view name;
         };
         for (auto const& [of, name] : {Case{day(2026, 11, 29), "2026-W48"}, Case{day(2026, 11, 30), "2026-W49"},
                                        Case{day(2027, 1, 1), "2026-W53"}, Case{day(2027, 1, 4), "2027-W01"},
                                        Case{day(2024, 12, 30), "2025-W01"}, Case{day(2023, 1, 1), "2022-W52"},
                                        Case{day(1970, 1, 1), "1970-W01"}, Case{day(1969, 12, 28), "1969-W52"}})
             test::equal(Week::of(of).name(), name, "name");
     }},
    {"a week goes from Monday to Sunday, and the next one follows",
     [] {
         auto const week = Week::of(day(2026, 11, 26));
         test::check(week.first() == day(2026, 11, 23) && week.last() == day(2026, 11, 29), "its days");
         for (auto date = week.first(); date <= week.last(); ++date)
             test::check(Week::of(date) == week, "each of them");
         test::check(week.next().first() == day(2026, 11, 30) && week.next().before() == week, "the next");
     }},
    {"no two weeks say the same time in units of a week",
     [] {
         constexpr std::int64_t unit = 7 * 86400;
         for (std::int64_t number = 0; number < 5000; ++number) {
             auto const one = Week{number}.report_time().time_since_epoch().count() / unit;
             auto const next = Week{number + 1}.report_time().time_since_epoch().count() / unit;
             test::equal(next - one, 1, "units between");
         }
     }},
};

}  // namespace

int main() {
    return test::run("report/week", tests);
}
