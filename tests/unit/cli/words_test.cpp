#include "words.h"

#include "test.h"

namespace {

using namespace kindgate;
using namespace kindgate::cli;
using std::chrono::seconds;

constexpr test::Test tests[] = {
    {"lengths of time are read as people write them",
     [] {
         struct Case {
             std::string_view text;
             seconds::rep length;
         };
         for (auto const& c :
              {Case{"30m", 1800}, Case{"2h", 7200}, Case{"1h30m", 5400}, Case{"90s", 90}, Case{"1d", 86400},
               Case{"1d2h3m4s", 93784}, Case{"400d", 34560000}, Case{"0h5m", 300}, Case{"1s", 1}})
             test::equal(test::value(parse_duration(c.text)).count(), c.length, c.text);
     }},
    {"what is no length of time is refused, with an example",
     [] {
         for (auto const* text : {"", "30", "m", "30 m", "h2", "30m2h", "1h1h", "-5m", "+5m", "0m", "401d", "400d1s",
                                  "1.5h", "soon", "999999999999999999999d", "9999999999s", "1w", "30M"}) {
             auto const refused = parse_duration(text);
             test::check(!refused.ok(), text);
             test::contains(refused.error().message(), "write 30m");
         }
     }},
    {"a length is told with its two largest units",
     [] {
         struct Case {
             seconds::rep length;
             std::string_view text;
         };
         for (auto const& c : {Case{0, "0 s"}, Case{59, "59 s"}, Case{60, "1 min"}, Case{90, "1 min 30 s"},
                               Case{3600, "1 h"}, Case{5400, "1 h 30 min"}, Case{3601, "1 h"}, Case{90061, "1 d 1 h"}})
             test::equal(say_duration(seconds{c.length}), c.text, c.text);
     }},
    {"how long a word holds is said by for or until, and by nothing else",
     [] {
         test::equal(test::value(parse_lasting({"for", "2h"}, Needed::yes)).length->count(), 7200, "for");
         test::equal(test::value(parse_lasting({"until", "18:00"}, Needed::yes)).until, "18:00", "until");
         auto const silent = test::value(parse_lasting({}, Needed::no));
         test::check(!silent.length && silent.until.empty(), "nothing said");
         using Words = std::vector<std::string>;
         for (auto const& words : {Words{}, Words{"2h"}, Words{"for"}, Words{"until", ""}, Words{"for", "soon"},
                                   Words{"till", "18:00"}, Words{"for", "1h", "30m"}}) {
             auto const refused = parse_lasting(words, Needed::yes);
             test::check(!refused.ok() && refused.error().code() == ErrorCode::invalid_input, "refused");
         }
     }},
    {"local times are those of the gate's zone, in a gap and an overlap too",
     [] {
         auto const* zone = test::value(find_zone("Europe/Berlin"));
         auto const at = [](int hour) { return date::sys_days{date::March / 29 / 2026} + std::chrono::hours{hour}; };
         test::equal(local_text(*zone, at(0)), "2026-03-29 01:00", "before the gap");
         test::equal(local_text(*zone, at(1)), "2026-03-29 03:00", "after it");
         test::equal(local_text(*zone, std::nullopt), "", "no instant");
         // Zone files list changes until 2037 only.
         auto const summer = policy::Instant{std::chrono::seconds{2'225'620'800}};  // 2040-07-11T12:00:00Z
         test::equal(local_text(*zone, summer), "2040-07-11 14:00", "a summer after 2037");
         test::equal(until_text(*zone, at(5), at(1)), "until 07:00", "today");
         test::equal(until_text(*zone, std::nullopt, at(1)), "with no end in sight", "never");
     }},
    {"a zone that this machine doesn't know is told, not thrown",
     [] { test::contains(find_zone("Europe/Atlantis").error().message(), "install the package tzdata"); }},
};

}  // namespace

int main() {
    return test::run("cli/words", tests);
}
