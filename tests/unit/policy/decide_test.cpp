#include "policy/decide.h"

#include <utility>

#include "build.h"
#include "test.h"

namespace {

using namespace kindgate;
using namespace kindgate::policy;
using build::daily;
using build::text;
using build::utc;
using build::window;

struct Case {
    char const *at, *decision, *until;
};

void check(Policy const& policy, std::span<Override const> overrides, std::initializer_list<Case> cases) {
    for (auto const& c : cases) {
        auto const subject = build::subject(policy);
        auto const explained = explain(subject, overrides, utc(c.at));
        test::equal(text(explained.decision), c.decision, c.at);
        test::equal(text(explained.until), c.until, c.at);
        test::check(decide(subject, overrides, utc(c.at)) == explained.decision, "decide() and explain() agree");
    }
}

Override given(std::uint64_t id, std::string who, Mode mode, char const* from, char const* to) {
    return {id, std::move(who), mode, {utc(from), utc(to)}, "root"};
}

Exception exception(date::local_days first, date::local_days last, std::vector<Window> windows) {
    return {first, last, std::move(windows), "Exception"};
}

// 2026-06-01 is a Monday; Berlin is two hours ahead of UTC.
Policy bedtime() {
    return build::policy("Europe/Berlin",
                         {build::profile("teen", Mode::open, {window("-mtwt--", "21:00", "07:00", Mode::off)})});
}

// A school night, and holidays from Wednesday to Thursday with a later night.
Policy holidays() {
    return build::policy("Europe/Berlin",
                         {build::profile("teen", Mode::open, {window(daily, "21:00", "07:00", Mode::off)},
                                         {exception(build::day(2026, 6, 3), build::day(2026, 6, 4),
                                                    {window(daily, "23:00", "09:00", Mode::off)})})});
}

std::string joined(std::vector<Stretch> const& stretches) {
    std::string all;
    for (auto const& stretch : stretches) all += text(stretch.when) + " " + text(stretch.decision) + "\n";
    return all;
}

constexpr test::Test window_tests[] = {
    {"a window belongs to the date on which it starts and runs past midnight",
     [] {
         check(bedtime(), {},
               {{"2026-06-01T18:59:59Z", "OPEN default_mode", "2026-06-01T19:00:00Z"},
                {"2026-06-01T19:00:00Z", "OFF windows[0]", "2026-06-02T05:00:00Z"},
                {"2026-06-02T04:59:59Z", "OFF windows[0]", "2026-06-02T05:00:00Z"},
                {"2026-06-02T05:00:00Z", "OPEN default_mode", "2026-06-02T19:00:00Z"},
                // Thursday's night runs into Friday; Friday has none; Sunday's would be Monday's early morning.
                {"2026-06-05T04:00:00Z", "OFF windows[0]", "2026-06-05T05:00:00Z"},
                {"2026-06-05T19:00:00Z", "OPEN default_mode", "2026-06-08T19:00:00Z"}});
     }},
    {"a night over a clock change is as long as the clocks say",
     [] {
         auto const policy = build::policy(
             "Europe/Berlin", {build::profile("teen", Mode::open, {window(daily, "21:00", "07:00", Mode::off)})});
         check(policy, {},
               {{"2026-03-28T20:00:00Z", "OFF windows[0]", "2026-03-29T05:00:00Z"},
                {"2026-10-24T19:00:00Z", "OFF windows[0]", "2026-10-25T06:00:00Z"}});
     }},
    {"the most restrictive window applies, of equal ones the first is the reason",
     [] {
         auto const policy = build::policy(
             "UTC", {build::profile(
                        "teen", Mode::open,
                        {window(daily, "08:00", "16:00", Mode::learning),
                         window(daily, "09:00", "15:00", Mode::learning), window(daily, "10:00", "14:00", Mode::off),
                         window(daily, "11:00", "13:00", Mode::open), window(daily, "11:00", "15:00", Mode::off)})});
         test::equal(
             joined(timeline(build::subject(policy), {}, {utc("2026-06-01T00:00:00Z"), utc("2026-06-02T00:00:00Z")})),
             "2026-06-01T00:00:00Z/2026-06-01T08:00:00Z OPEN default_mode\n"
             "2026-06-01T08:00:00Z/2026-06-01T10:00:00Z LEARNING windows[0]\n"
             "2026-06-01T10:00:00Z/2026-06-01T14:00:00Z OFF windows[2]\n"
             "2026-06-01T14:00:00Z/2026-06-01T15:00:00Z OFF windows[4]\n"
             "2026-06-01T15:00:00Z/2026-06-01T16:00:00Z LEARNING windows[0]\n"
             "2026-06-01T16:00:00Z/2026-06-02T00:00:00Z OPEN default_mode\n",
             "a day");
     }},
    {"an OPEN window opens where the default is OFF",
     [] {
         auto const policy =
             build::policy("UTC", {build::profile("teen", Mode::off, {window(daily, "16:00", "18:00", Mode::open)})});
         check(policy, {},
               {{"2026-06-01T15:00:00Z", "OFF default_mode", "2026-06-01T16:00:00Z"},
                {"2026-06-01T16:00:00Z", "OPEN windows[0]", "2026-06-01T18:00:00Z"}});
     }},
    {"a window of 24 hours every day never ends",
     [] {
         auto const policy = build::policy(
             "Europe/Berlin", {build::profile("teen", Mode::open, {window(daily, "05:00", "05:00", Mode::off)})});
         check(policy, {}, {{"2026-03-28T12:00:00Z", "OFF windows[0]", "never"}});
     }},
    {"where clocks go back over midnight, yesterday's and tomorrow's windows still count",
     [] {
         // 00:01 to 23:01: at 02:31Z the clocks show the 6th again, but the 7th had begun.
         auto const policy =
             build::policy("America/St_Johns",
                           {build::profile("teen", Mode::open, {window("s------", "00:00", "06:00", Mode::off)})});
         check(policy, {},
               {{"2010-11-07T02:29:59Z", "OPEN default_mode", "2010-11-07T02:30:00Z"},
                {"2010-11-07T02:31:00Z", "OFF windows[0]", "2010-11-07T09:30:00Z"}});
         // Friday's 24 hours end on Saturday at 23:30, which comes a second time.
         auto const late =
             build::policy("America/St_Johns",
                           {build::profile("teen", Mode::open, {window("-----f-", "23:30", "23:30", Mode::off)})});
         check(late, {}, {{"2010-11-07T02:30:30Z", "OFF windows[0]", "2010-11-07T03:00:00Z"}});
     }},
    {"a skipped date has no windows",
     [] {
         auto const policy =
             build::policy("Pacific/Apia", {build::profile("teen", Mode::open,
                                                           {window("-----f-", "00:00", "24:00", Mode::off),
                                                            window("----t--", "20:00", "08:00", Mode::learning)})});
         check(policy, {},
               {{"2011-12-30T06:00:00Z", "LEARNING windows[1]", "2011-12-30T10:00:00Z"},
                {"2011-12-30T10:00:00Z", "OPEN default_mode", "2012-01-05T06:00:00Z"}});
     }},
    {"a category window withholds categories and takes no part in the mode",
     [] {
         auto const policy =
             build::policy("UTC", {build::profile("teen", Mode::open,
                                                  {window(daily, "19:00", "21:00", Mode::off, {"games", "video"}),
                                                   window(daily, "20:00", "22:00", Mode::off, {"social", "games"})})});
         auto const subject = build::subject(policy);
         check(policy, {}, {{"2026-06-01T19:30:00Z", "OPEN default_mode", "never"}});
         test::equal(text(withheld(subject, {}, utc("2026-06-01T18:59:59Z"))), "", "before");
         test::equal(text(withheld(subject, {}, utc("2026-06-01T20:30:00Z"))),
                     "games by windows[0];video by windows[0];social by windows[1];", "both");
         test::equal(text(withheld(subject, {}, utc("2026-06-01T21:00:00Z"))),
                     "social by windows[1];games by windows[1];", "the second");
         Override const word[] = {given(1, "all", Mode::open, "2026-06-01T20:00:00Z", "2026-06-01T20:40:00Z")};
         test::equal(text(withheld(subject, word, utc("2026-06-01T20:30:00Z"))), "", "a person's word lifts them");
     }},
};

constexpr test::Test exception_tests[] = {
    {"an exception removes the windows that start on its dates; nights run out as usual",
     [] {
         check(holidays(), {},
               {// Tuesday's night runs into Wednesday.
                {"2026-06-02T19:00:00Z", "OFF windows[0]", "2026-06-03T05:00:00Z"},
                {"2026-06-03T05:00:00Z", "OPEN default_mode", "2026-06-03T21:00:00Z"},
                {"2026-06-03T21:00:00Z", "OFF exceptions[0].windows[0]", "2026-06-04T07:00:00Z"},
                // The last night runs into Friday.
                {"2026-06-04T21:00:00Z", "OFF exceptions[0].windows[0]", "2026-06-05T07:00:00Z"},
                {"2026-06-05T07:00:00Z", "OPEN default_mode", "2026-06-05T19:00:00Z"}});
     }},
    {"of several exceptions on a date the shortest applies, then the later in the file",
     [] {
         auto const at = [](char const* from, char const* to) {
             return std::vector{window(daily, from, to, Mode::off)};
         };
         auto const policy = build::policy(
             "UTC", {build::profile("teen", Mode::open, {window(daily, "00:00", "24:00", Mode::learning)},
                                    {exception(build::day(2026, 6, 2), build::day(2026, 6, 3), at("01:00", "02:00")),
                                     exception(build::day(2026, 6, 1), build::day(2026, 6, 5), at("02:00", "03:00")),
                                     exception(build::day(2026, 6, 3), build::day(2026, 6, 4), at("03:00", "04:00")),
                                     exception(build::day(2026, 6, 5), build::day(2026, 6, 5), {})})});
         std::pair<char const*, char const*> const applies[] = {{"2026-06-01", "exceptions[1].windows[0]"},
                                                                {"2026-06-02", "exceptions[0].windows[0]"},
                                                                {"2026-06-03", "exceptions[2].windows[0]"},
                                                                {"2026-06-04", "exceptions[2].windows[0]"}};
         for (auto const& [date, rule] : applies) {
             auto const start = utc(std::string{date} + "T00:00:00Z");
             auto const stretches = timeline(build::subject(policy), {}, {start, start + std::chrono::hours{24}});
             test::equal(stretches.size(), 3U, date);
             test::equal(stretches.at(1).decision.because.rule, rule, date);
         }
         check(policy, {}, {{"2026-06-05T00:00:00Z", "OPEN default_mode", "2026-06-06T00:00:00Z"}});
     }},
    {"an exception's window may be milder than a night that runs into it",
     [] {
         auto const policy =
             build::policy("UTC", {build::profile("teen", Mode::open, {window(daily, "21:00", "07:00", Mode::off)},
                                                  {exception(build::day(2026, 6, 2), build::day(2026, 6, 2),
                                                             {window(daily, "06:00", "08:00", Mode::learning)})})});
         check(policy, {},
               {{"2026-06-02T06:30:00Z", "OFF windows[0]", "2026-06-02T07:00:00Z"},
                {"2026-06-02T07:00:00Z", "LEARNING exceptions[0].windows[0]", "2026-06-02T08:00:00Z"}});
     }},
    {"an exception far ahead is found, one beyond 400 days isn't",
     [] {
         auto const holiday = build::day(2027, 6, 1);
         auto const policy = build::policy(
             "UTC", {build::profile("teen", Mode::open, {},
                                    {exception(holiday, holiday, {window(daily, "08:00", "09:00", Mode::off)})})});
         check(policy, {},
               {{"2026-04-27T08:00:00Z", "OPEN default_mode", "2027-06-01T08:00:00Z"},
                {"2026-04-27T07:59:59Z", "OPEN default_mode", "never"},
                {"2027-06-01T09:00:00Z", "OPEN default_mode", "never"}});
     }},
};

constexpr test::Test override_tests[] = {
    {"a person's word beats windows and exceptions and ends by itself",
     [] {
         Override const words[] = {given(1, "all", Mode::open, "2026-06-01T20:00:00Z", "2026-06-01T20:30:00Z")};
         check(bedtime(), words,
               {{"2026-06-01T19:00:00Z", "OFF windows[0]", "2026-06-01T20:00:00Z"},
                {"2026-06-01T20:00:00Z", "OPEN override", "2026-06-01T20:30:00Z"},
                {"2026-06-01T20:30:00Z", "OFF windows[0]", "2026-06-02T05:00:00Z"}});
     }},
    {"of several words that cover a moment the latest given applies, whomever it names",
     [] {
         Override const words[] = {given(7, "teen", Mode::learning, "2026-06-01T10:20:00Z", "2026-06-01T10:40:00Z"),
                                   given(3, "teen", Mode::off, "2026-06-01T10:00:00Z", "2026-06-01T11:00:00Z"),
                                   given(5, "all", Mode::open, "2026-06-01T10:10:00Z", "2026-06-01T10:50:00Z")};
         check(bedtime(), words,
               {{"2026-06-01T10:00:00Z", "OFF override", "2026-06-01T10:10:00Z"},
                {"2026-06-01T10:10:00Z", "OPEN override", "2026-06-01T10:20:00Z"},
                {"2026-06-01T10:20:00Z", "LEARNING override", "2026-06-01T10:40:00Z"},
                {"2026-06-01T10:40:00Z", "OPEN override", "2026-06-01T10:50:00Z"},
                {"2026-06-01T10:50:00Z", "OFF override", "2026-06-01T11:00:00Z"}});
     }},
    {"words of the same mode that follow each other are one stretch",
     [] {
         Override const words[] = {given(1, "teen", Mode::off, "2026-06-01T10:00:00Z", "2026-06-01T11:00:00Z"),
                                   given(2, "all", Mode::off, "2026-06-01T11:00:00Z", "2026-06-01T12:00:00Z")};
         check(bedtime(), words, {{"2026-06-01T10:00:00Z", "OFF override", "2026-06-01T12:00:00Z"}});
     }},
    {"a word names a profile, a device, a hardware address or all",
     [] {
         auto policy = bedtime();
         Mac const mac{{2, 0, 0x5e, 0x10, 0, 1}};
         Subject const phone{policy, policy.profiles[0], "teen-phone", std::span{&mac, 1}};
         auto const nobody = build::subject(policy);
         for (auto const* who : {"all", "teen", "teen-phone", "02:00:5e:10:00:01"})
             test::check(phone.is_named_by({1, who, Mode::off, {}, ""}), who);
         for (auto const* who : {"", "tot", "teen-", "02:00:5e:10:00:02", "02-00-5e-10-00-01"})
             test::check(!phone.is_named_by({1, who, Mode::off, {}, ""}), who);
         for (auto const* who : {"", "teen-phone", "02:00:5e:10:00:01"})
             test::check(!nobody.is_named_by({1, who, Mode::off, {}, ""}), who);
     }},
    {"a word without length is none",
     [] {
         Override const words[] = {given(1, "all", Mode::off, "2026-06-01T10:00:00Z", "2026-06-01T10:00:00Z"),
                                   given(2, "all", Mode::off, "2026-06-01T12:00:00Z", "2026-06-01T11:00:00Z")};
         check(bedtime(), words, {{"2026-06-01T10:00:00Z", "OPEN default_mode", "2026-06-01T19:00:00Z"}});
     }},
    {"from ends_on the controls have lapsed, whatever anybody said",
     [] {
         auto policy = bedtime();
         policy.profiles[0].ends_on = build::day(2026, 6, 3);
         Override const words[] = {given(1, "all", Mode::off, "2026-06-02T21:00:00Z", "2026-06-04T00:00:00Z")};
         check(policy, {},
               {{"2026-06-02T19:00:00Z", "OFF windows[0]", "2026-06-02T22:00:00Z"},
                {"2026-06-02T22:00:00Z", "OPEN ends_on", "never"}});
         check(policy, words, {{"2026-06-02T21:00:00Z", "OFF override", "2026-06-02T22:00:00Z"}});
         policy.profiles[0].windows[0].categories = {"games"};
         test::equal(text(withheld(build::subject(policy), {}, utc("2026-06-02T21:59:59Z"))), "games by windows[0];",
                     "until then");
         test::equal(text(withheld(build::subject(policy), {}, utc("2026-06-02T22:00:00Z"))), "", "then");
     }},
};

constexpr test::Test timeline_tests[] = {
    {"a timeline is clipped to its span and merges what is the same",
     [] {
         test::equal(joined(timeline(build::subject(bedtime()), {},
                                     {utc("2026-06-01T20:00:00Z"), utc("2026-06-02T20:00:00Z")})),
                     "2026-06-01T20:00:00Z/2026-06-02T05:00:00Z OFF windows[0]\n"
                     "2026-06-02T05:00:00Z/2026-06-02T19:00:00Z OPEN default_mode\n"
                     "2026-06-02T19:00:00Z/2026-06-02T20:00:00Z OFF windows[0]\n",
                     "a day");
     }},
    {"an empty span has an empty timeline",
     [] {
         auto const at = utc("2026-06-01T20:00:00Z");
         test::check(timeline(build::subject(bedtime()), {}, {at, at}).empty(), "empty");
         test::check(timeline(build::subject(bedtime()), {}, {at, at - std::chrono::hours{1}}).empty(), "backwards");
     }},
    {"a timeline may be longer than anybody looks ahead",
     [] {
         auto policy = build::policy("UTC", {build::profile("teen", Mode::off, {})});
         policy.profiles[0].ends_on = build::day(2031, 5, 1);
         test::equal(
             joined(timeline(build::subject(policy), {}, {utc("2026-01-01T00:00:00Z"), utc("2032-01-01T00:00:00Z")})),
             "2026-01-01T00:00:00Z/2031-05-01T00:00:00Z OFF default_mode\n"
             "2031-05-01T00:00:00Z/2032-01-01T00:00:00Z OPEN ends_on\n",
             "six years");
     }},
};

}  // namespace

int main() {
    return test::run("policy/decide windows", window_tests) + test::run("policy/decide exceptions", exception_tests) +
           test::run("policy/decide overrides", override_tests) + test::run("policy/decide timeline", timeline_tests);
}
