#include "policy/calendar.h"

#include "build.h"
#include "test.h"

namespace {

using namespace kindgate;
using namespace kindgate::policy;
using build::clock;
using build::text;

date::time_zone const& zone(char const* name) {
    return *date::locate_zone(name);
}

date::local_days day(char const* written) {
    return local_date(zone("UTC"), build::utc(std::string{written} + "T00:00:00Z"));
}

struct WindowCase {
    char const *zone, *date, *from, *to, *expected;
};

void check_windows(std::initializer_list<WindowCase> cases) {
    for (auto const& c : cases)
        test::equal(text(occurrence(zone(c.zone), day(c.date), clock(c.from), clock(c.to))), c.expected,
                    std::string{c.zone} + " " + c.date + " " + c.from + "-" + c.to);
}

void refused(char const* written, char const* part) {
    auto const result = parse_instant(written, zone("Europe/Berlin"));
    test::check(!result.ok(), written);
    test::equal(static_cast<int>(result.error().code()), static_cast<int>(ErrorCode::invalid_input), written);
    test::contains(result.error().message(), part);
    test::contains(result.error().message(), std::string{"'"} + written + "'");
}

constexpr test::Test tests[] = {
    {"a window's edge in a gap falls on the jump",
     [] {
         check_windows({
             // 02:00 to 03:00 is not there: the jump is at 01:00Z.
             {"Europe/Berlin", "2026-03-29", "02:30", "04:00", "2026-03-29T01:00:00Z/2026-03-29T02:00:00Z"},
             {"Europe/Berlin", "2026-03-29", "01:00", "02:30", "2026-03-29T00:00:00Z/2026-03-29T01:00:00Z"},
             {"Europe/Berlin", "2026-03-29", "02:00", "03:01", "2026-03-29T01:00:00Z/2026-03-29T01:01:00Z"},
             {"Europe/Berlin", "2026-03-28", "21:00", "26:30", "2026-03-28T20:00:00Z/2026-03-29T01:00:00Z"},
             {"America/New_York", "2026-03-08", "02:15", "03:30", "2026-03-08T07:00:00Z/2026-03-08T07:30:00Z"},
             {"Australia/Lord_Howe", "2026-10-04", "02:10", "03:00", "2026-10-03T15:30:00Z/2026-10-03T16:00:00Z"},
             {"Australia/Lord_Howe", "2026-10-04", "01:00", "02:29", "2026-10-03T14:30:00Z/2026-10-03T15:30:00Z"},
             {"Africa/Casablanca", "2026-03-22", "02:30", "04:00", "2026-03-22T02:00:00Z/2026-03-22T03:00:00Z"},
             {"Antarctica/Troll", "2026-03-29", "02:59", "03:30", "2026-03-29T01:00:00Z/2026-03-29T01:30:00Z"},
             {"Asia/Beirut", "2026-03-29", "00:00", "07:00", "2026-03-28T22:00:00Z/2026-03-29T04:00:00Z"},
             {"Asia/Beirut", "2026-03-28", "20:00", "24:30", "2026-03-28T18:00:00Z/2026-03-28T22:00:00Z"},
             {"America/Sao_Paulo", "2017-10-15", "00:30", "02:00", "2017-10-15T03:00:00Z/2017-10-15T04:00:00Z"},
             {"America/St_Johns", "2010-03-14", "00:00", "00:30", "2010-03-14T03:30:00Z/2010-03-14T03:31:00Z"},
         });
     }},
    {"a window starts at the first occurrence in an overlap and ends at the second",
     [] {
         check_windows({
             {"Europe/Berlin", "2026-10-25", "02:30", "04:00", "2026-10-25T00:30:00Z/2026-10-25T03:00:00Z"},
             {"Europe/Berlin", "2026-10-25", "01:00", "02:30", "2026-10-24T23:00:00Z/2026-10-25T01:30:00Z"},
             {"Europe/Berlin", "2026-10-25", "02:30", "02:45", "2026-10-25T00:30:00Z/2026-10-25T01:45:00Z"},
             {"Europe/Berlin", "2026-10-25", "01:00", "02:00", "2026-10-24T23:00:00Z/2026-10-25T01:00:00Z"},
             {"Europe/Berlin", "2026-10-25", "01:00", "03:00", "2026-10-24T23:00:00Z/2026-10-25T02:00:00Z"},
             {"Europe/Berlin", "2026-10-24", "21:00", "26:30", "2026-10-24T19:00:00Z/2026-10-25T01:30:00Z"},
             {"America/New_York", "2026-11-01", "01:30", "03:00", "2026-11-01T05:30:00Z/2026-11-01T08:00:00Z"},
             {"Australia/Lord_Howe", "2026-04-05", "01:45", "02:15", "2026-04-04T14:45:00Z/2026-04-04T15:45:00Z"},
             {"Australia/Lord_Howe", "2026-04-05", "00:00", "01:45", "2026-04-04T13:00:00Z/2026-04-04T15:15:00Z"},
             {"Africa/Casablanca", "2026-02-15", "02:10", "02:20", "2026-02-15T01:10:00Z/2026-02-15T02:20:00Z"},
             {"Antarctica/Troll", "2026-10-25", "01:30", "02:30", "2026-10-24T23:30:00Z/2026-10-25T02:30:00Z"},
             {"America/Havana", "2026-11-01", "00:30", "02:00", "2026-11-01T04:30:00Z/2026-11-01T07:00:00Z"},
             // Clocks go from 00:00 back to 23:00 of the date before, from 00:01 to 23:01.
             {"Asia/Beirut", "2026-10-24", "22:00", "23:30", "2026-10-24T19:00:00Z/2026-10-24T21:30:00Z"},
             {"Asia/Beirut", "2026-10-24", "23:30", "31:00", "2026-10-24T20:30:00Z/2026-10-25T05:00:00Z"},
             {"America/St_Johns", "2010-11-07", "00:00", "01:00", "2010-11-07T02:30:00Z/2010-11-07T04:30:00Z"},
         });
     }},
    {"away from clock changes a window is as long as it says",
     [] {
         check_windows({
             {"Asia/Kolkata", "2026-06-01", "21:00", "31:00", "2026-06-01T15:30:00Z/2026-06-02T01:30:00Z"},
             {"Europe/Berlin", "2026-12-31", "21:00", "31:00", "2026-12-31T20:00:00Z/2027-01-01T06:00:00Z"},
             {"Europe/Berlin", "2028-02-29", "00:00", "24:00", "2028-02-28T23:00:00Z/2028-02-29T23:00:00Z"},
             {"Europe/Berlin", "2028-02-28", "23:59", "47:59", "2028-02-28T22:59:00Z/2028-02-29T22:59:00Z"},
         });
     }},
    {"24 hours of local time are 23 or 25 hours where clocks change",
     [] {
         check_windows({
             {"Europe/Berlin", "2026-03-29", "00:00", "24:00", "2026-03-28T23:00:00Z/2026-03-29T22:00:00Z"},
             {"Europe/Berlin", "2026-10-25", "00:00", "24:00", "2026-10-24T22:00:00Z/2026-10-25T23:00:00Z"},
             {"Europe/Berlin", "2026-10-24", "12:00", "36:00", "2026-10-24T10:00:00Z/2026-10-25T11:00:00Z"},
         });
     }},
    {"a window wholly in a gap or on a skipped date does not happen",
     [] {
         check_windows({
             {"Europe/Berlin", "2026-03-29", "02:00", "03:00", "none"},
             {"Europe/Berlin", "2026-03-29", "02:15", "02:45", "none"},
             {"Australia/Lord_Howe", "2026-10-04", "02:00", "02:30", "none"},
             {"Antarctica/Troll", "2026-03-29", "01:00", "03:00", "none"},
             {"America/Sao_Paulo", "2017-10-15", "00:00", "01:00", "none"},
             {"Pacific/Apia", "2011-12-30", "00:00", "24:00", "none"},
             // Its end exists; its date doesn't.
             {"Pacific/Apia", "2011-12-30", "21:00", "31:00", "none"},
             {"Pacific/Apia", "2011-12-29", "21:00", "31:00", "2011-12-30T07:00:00Z/2011-12-30T10:00:00Z"},
             {"Pacific/Apia", "2011-12-29", "21:00", "45:00", "2011-12-30T07:00:00Z/2011-12-30T10:00:00Z"},
             {"Pacific/Apia", "2011-12-31", "00:00", "07:00", "2011-12-30T10:00:00Z/2011-12-30T17:00:00Z"},
             {"Pacific/Kwajalein", "1993-08-21", "10:00", "12:00", "none"},
             {"Pacific/Kiritimati", "1994-12-31", "10:00", "36:00", "none"},
             {"Europe/Berlin", "2026-06-01", "10:00", "10:00", "none"},
         });
     }},
    // Zone files list changes up to 2037, and the date library takes the last one listed for the last ever.
    {"clocks go on changing after 2037",
     [] {
         check_windows({
             {"Europe/Berlin", "2037-12-31", "21:00", "31:00", "2037-12-31T20:00:00Z/2038-01-01T06:00:00Z"},
             {"Europe/Berlin", "2038-02-28", "21:00", "31:00", "2038-02-28T20:00:00Z/2038-03-01T06:00:00Z"},
             {"Europe/Berlin", "2038-03-27", "21:00", "31:00", "2038-03-27T20:00:00Z/2038-03-28T05:00:00Z"},
             {"Europe/Berlin", "2040-07-01", "21:00", "31:00", "2040-07-01T19:00:00Z/2040-07-02T05:00:00Z"},
             {"Europe/Berlin", "2040-10-28", "02:30", "02:45", "2040-10-28T00:30:00Z/2040-10-28T01:45:00Z"},
             {"America/New_York", "2056-03-12", "02:15", "03:30", "2056-03-12T07:00:00Z/2056-03-12T07:30:00Z"},
             {"Australia/Lord_Howe", "2099-04-05", "00:00", "01:45", "2099-04-04T13:00:00Z/2099-04-04T15:15:00Z"},
             {"Antarctica/Troll", "2100-07-01", "10:00", "11:00", "2100-07-01T08:00:00Z/2100-07-01T09:00:00Z"},
             {"Africa/Casablanca", "2038-03-01", "10:00", "11:00", "2038-03-01T09:00:00Z/2038-03-01T10:00:00Z"},
             {"Africa/Casablanca", "2090-07-01", "10:00", "11:00", "2090-07-01T09:00:00Z/2090-07-01T10:00:00Z"},
             {"Asia/Kolkata", "2090-07-01", "10:00", "11:00", "2090-07-01T04:30:00Z/2090-07-01T05:30:00Z"},
         });
     }},
    {"a date begins when it is first shown",
     [] {
         struct Case {
             char const *zone, *date, *utc;
         };
         for (auto const& c : {Case{"Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z"},
                               Case{"Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00Z"},
                               Case{"America/Havana", "2026-03-08", "2026-03-08T05:00:00Z"},
                               Case{"America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"},
                               Case{"America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z"},
                               Case{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"},
                               Case{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
                               Case{"Pacific/Apia", "2012-01-01", "2011-12-31T10:00:00Z"}})
             test::equal(rfc3339(first_instant(zone(c.zone), day(c.date))), c.utc, c.date);
     }},
    {"the local date is what the clocks show",
     [] {
         test::check(local_date(zone("Pacific/Apia"), build::utc("2011-12-30T09:59:59Z")) == day("2011-12-29"),
                     "before");
         test::check(local_date(zone("Pacific/Apia"), build::utc("2011-12-30T10:00:00Z")) == day("2011-12-31"),
                     "after");
         test::check(local_date(zone("Asia/Beirut"), build::utc("2026-10-24T21:30:00Z")) == day("2026-10-24"), "again");
     }},
    {"instants are read as RFC 3339 and as local time",
     [] {
         struct Case {
             char const *zone, *written, *utc;
         };
         for (auto const& c : {Case{"Europe/Berlin", "2026-03-29T01:30:00Z", "2026-03-29T01:30:00Z"},
                               Case{"Europe/Berlin", "2026-03-29t01:30:00z", "2026-03-29T01:30:00Z"},
                               Case{"Europe/Berlin", "2026-03-29T01:30:00+02:00", "2026-03-28T23:30:00Z"},
                               Case{"Europe/Berlin", "2026-03-29T01:30:00-09:30", "2026-03-29T11:00:00Z"},
                               Case{"Europe/Berlin", "2026-03-29T01:30:00-00:00", "2026-03-29T01:30:00Z"},
                               Case{"Europe/Berlin", "2026-03-29T01:30:59.999Z", "2026-03-29T01:30:59Z"},
                               Case{"Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00:00Z"},
                               Case{"Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00Z"},
                               Case{"Europe/Berlin", "2026-10-25T02:30:07", "2026-10-25T00:30:07Z"},
                               Case{"Europe/Berlin", "2026-10-25T02:30:07.5", "2026-10-25T00:30:07Z"},
                               Case{"Europe/Berlin", "2028-02-29T12:00", "2028-02-29T11:00:00Z"},
                               Case{"Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00:00Z"},
                               Case{"UTC", "1970-01-01T00:00", "1970-01-01T00:00:00Z"},
                               Case{"UTC", "2200-12-31T23:59:59Z", "2200-12-31T23:59:59Z"}})
             test::equal(rfc3339(test::value(parse_instant(c.written, zone(c.zone)))), c.utc, c.written);
     }},
    {"what is no instant is refused with the reason",
     [] {
         for (auto const* written : {"", "now", "2026-03-29", "2026-3-29T01:30", "2026-03-29 01:30", "2026-03-29T1:30",
                                     "2026-03-29T01:30:00 Z", "2026-03-29T01:30:00+0200", "2026-03-29T01:30:00+02",
                                     "2026-03-29T01:30:00Zx", "2026-03-29T01:30:00.Z", "2026-03-29T01:30:",
                                     "2026-03-29T01", "+026-03-29T01:30", "2026-03-29T01:30:00.", "12026-03-29T01:30"})
             refused(written, "write a local time like 2026-03-29T18:30");
         refused("2026-02-29T01:30", "there is no date 2026-02-29");
         refused("2026-13-01T01:30", "there is no date 2026-13-01");
         refused("2026-00-01T01:30", "there is no date 2026-00-01");
         refused("2026-03-29T24:00", "write 00:00 of the next day");
         refused("2026-03-29T25:00", "hours are 00 to 23");
         refused("2026-03-29T01:60", "minutes are 00 to 59");
         refused("2016-12-31T23:59:60Z", "seconds are 00 to 59");
         refused("2026-03-29T01:30Z", "seconds are needed");
         refused("2026-03-29T01:30:00+24:00", "at most 23:59");
         refused("1969-12-31T23:59", "1970 to 2200");
         refused("2201-01-01T00:00:00Z", "1970 to 2200");
         refused("1970-01-01T00:30", "before 1970");
     }},
    {"a date stands for its first instant or its end",
     [] {
         struct Case {
             char const* written;
             Edge edge;
             char const* utc;
         };
         for (auto const& c : {Case{"2026-03-29", Edge::start, "2026-03-28T23:00:00Z"},
                               Case{"2026-03-29", Edge::end, "2026-03-29T22:00:00Z"},
                               Case{"2026-12-31", Edge::end, "2026-12-31T23:00:00Z"},
                               Case{"2026-03-29T12:00", Edge::end, "2026-03-29T10:00:00Z"}})
             test::equal(rfc3339(test::value(parse_instant_or_date(c.written, zone("Europe/Berlin"), c.edge))), c.utc,
                         c.written);
         for (auto const* written : {"2026-02-30", "1969-01-01", "2026-2-3", "yesterday"})
             test::check(!parse_instant_or_date(written, zone("Europe/Berlin"), Edge::start).ok(), written);
     }},
    {"a time of day is the next one",
     [] {
         struct Case {
             char const *zone, *now, *written, *utc;
         };
         for (auto const& c : {
                  Case{"Europe/Berlin", "2026-06-01T10:00:00Z", "18:00", "2026-06-01T16:00:00Z"},
                  Case{"Europe/Berlin", "2026-06-01T16:00:00Z", "18:00", "2026-06-02T16:00:00Z"},
                  Case{"Europe/Berlin", "2026-06-01T15:59:59Z", "18:00", "2026-06-01T16:00:00Z"},
                  Case{"Europe/Berlin", "2026-06-01T22:30:00Z", "00:00", "2026-06-02T22:00:00Z"},
                  Case{"Europe/Berlin", "2026-03-29T00:00:00Z", "02:30", "2026-03-29T01:00:00Z"},
                  Case{"Europe/Berlin", "2026-10-25T00:00:00Z", "02:30", "2026-10-25T00:30:00Z"},
                  // Between the two occurrences the second is the next.
                  Case{"Europe/Berlin", "2026-10-25T00:45:00Z", "02:30", "2026-10-25T01:30:00Z"},
                  Case{"Europe/Berlin", "2026-10-25T01:30:00Z", "02:30", "2026-10-26T01:30:00Z"},
                  // 23:30 comes again after midnight has been shown.
                  Case{"America/St_Johns", "2010-11-07T02:30:30Z", "23:30", "2010-11-07T03:00:00Z"},
                  Case{"Pacific/Apia", "2011-12-30T09:00:00Z", "12:00", "2011-12-30T22:00:00Z"},
                  Case{"Europe/Berlin", "2026-06-01T10:00:00Z", "2026-06-05T08:00", "2026-06-05T06:00:00Z"},
              })
             test::equal(rfc3339(test::value(parse_until(c.written, zone(c.zone), build::utc(c.now)))), c.utc, c.now);
         for (auto const* written : {"", "6", "6pm", "24:00", "18:60", "18:00:00", "8:00", "18.00"}) {
             auto const result = parse_until(written, zone("Europe/Berlin"), build::utc("2026-06-01T10:00:00Z"));
             test::check(!result.ok() && result.error().code() == ErrorCode::invalid_input, written);
         }
     }},
    {"instants are told as a person would",
     [] {
         struct Case {
             char const *at, *said;
         };
         // At Friday 2026-12-25, 12:00 in Berlin.
         for (auto const& c :
              {Case{"2026-12-25T20:00:00Z", "21:00"}, Case{"2026-12-25T22:59:59Z", "23:59"},
               Case{"2026-12-25T23:00:00Z", "tomorrow 00:00"}, Case{"2026-12-26T06:00:00Z", "tomorrow 07:00"},
               Case{"2026-12-27T08:00:00Z", "Sunday 09:00"}, Case{"2026-12-31T22:00:00Z", "Thursday 23:00"},
               Case{"2027-01-01T07:00:00Z", "2027-01-01 08:00"}, Case{"2026-12-24T07:00:00Z", "2026-12-24 08:00"}})
             test::equal(say_instant(zone("Europe/Berlin"), build::utc(c.at), build::utc("2026-12-25T11:00:00Z")),
                         c.said, c.at);
     }},
    {"instants are written in UTC",
     [] { test::equal(rfc3339(Instant{std::chrono::seconds{951'827'696}}), "2000-02-29T12:34:56Z", "leap day"); }},
};

}  // namespace

int main() {
    return test::run("policy/calendar", tests);
}
