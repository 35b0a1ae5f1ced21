// People's words: given, kept, ended; and questions.
#include "house.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using test::House;

v1::GiveOverride request(std::string_view who, v1::Mode mode, std::uint64_t seconds = 0, std::string_view until = "") {
    v1::GiveOverride request;
    request.set_who(std::string{who});
    request.set_mode(mode);
    request.set_seconds(seconds);
    request.set_until(std::string{until});
    return request;
}

constexpr test::Test tests[] = {
    {"a word counts at once, is kept, is told, and ends by itself on time",
     [] {
         House house{"2027-03-02T22:00:00Z"};
         house.start();
         auto const given = house.give("kid", v1::OPEN, 30min);
         test::check(house.passes("kid"), "open");
         test::equal(given.until(), "2027-03-02T22:30:00Z", "until");
         test::equal(given.given_by(), "mum", "by");
         test::equal(house.ledger.overrides.size(), 1U, "kept");
         test::contains(house.last_told(v1::Event::OVERRIDE_GIVEN), "mum gave kid: open until 22:30");
         house.pass(30min - 1ms);
         test::check(house.passes("kid"), "until the end");
         house.pass(1ms);
         test::check(!house.passes("kid"), "over");
         test::equal(house.ledger.overrides.size(), 0U, "forgotten");
         test::contains(house.last_told(v1::Event::OVERRIDE_ENDED), "ran out");
     }},
    {"a word survives a restart, and one that ended meanwhile does not",
     [] {
         House house{"2027-03-02T12:00:00Z"};
         house.start();
         house.give("kid", v1::OFF, 1h);
         house.give("parent", v1::OFF, 1min);
         house.clock.advance(5min);
         house.restart();
         test::check(!house.passes("kid") && house.passes("parent"), "kid off, parent on");
         test::equal(house.gate->overrides().overrides_size(), 1, "one left");
     }},
    {"until a local time, for so long, or for a day",
     [] {
         House house{"2027-03-02T12:00:00Z"};
         house.start();
         struct Case {
             std::uint64_t seconds;
             char const *until, *expected;
         };
         for (auto const& c : {Case{0, "", "2027-03-03T12:00:00Z"}, Case{90, "", "2027-03-02T12:01:30Z"},
                               Case{0, "18:00", "2027-03-02T18:00:00Z"}, Case{0, "11:00", "2027-03-03T11:00:00Z"},
                               Case{34'560'000, "", "2028-04-05T12:00:00Z"}})
             test::equal(
                 test::value(house.gate->give(request("kid", v1::OFF, c.seconds, c.until), house.caller)).until(),
                 c.expected, c.until);
     }},
    {"a word never holds for less than was said, whatever the fraction of the second",
     [] {
         House house{"2027-03-02T22:00:00Z"};
         house.start();
         house.clock.advance(871ms);
         test::equal(house.give("kid", v1::OPEN, 1s).until(), "2027-03-02T22:00:02Z", "rounded up");
         test::equal(house.give("kid", v1::OPEN, std::chrono::days{400}).until(), "2028-04-05T22:00:01Z",
                     "the longest");
         house.pass(1s);
         test::check(house.passes("kid"), "a whole second");
     }},
    {"what makes no sense is refused and changes nothing",
     [] {
         House house{"2027-03-02T12:00:00Z"};
         house.start();
         struct Case {
             v1::GiveOverride request;
             ErrorCode code;
             char const* says;
         };
         for (auto const& c :
              {Case{request("nobody", v1::OFF), ErrorCode::not_found, "there are kids, parents, guests, office, kid"},
               Case{request("", v1::OFF), ErrorCode::invalid_input, "say who"},
               Case{request("02:00:00:00:00:77", v1::OFF), ErrorCode::not_found, "there is no"},
               Case{request("kid", v1::MODE_UNSPECIFIED), ErrorCode::invalid_input, "needs a mode"},
               Case{request("kid", static_cast<v1::Mode>(9)), ErrorCode::invalid_input, "needs a mode"},
               Case{request("kid", v1::OFF, 5, "18:00"), ErrorCode::invalid_input, "not both"},
               Case{request("kid", v1::OFF, 34'560'001), ErrorCode::invalid_input, "400 days"},
               Case{request("kid", v1::OFF, ~0ULL), ErrorCode::invalid_input, "400 days"},
               Case{request("kid", v1::OFF, 0, "2027-03-02T11:00"), ErrorCode::invalid_input, "is over"},
               Case{request("kid", v1::OFF, 0, "2030-01-01T00:00"), ErrorCode::invalid_input, "400 days"},
               Case{request("kid", v1::OFF, 0, "soon"), ErrorCode::invalid_input, "soon"}}) {
             auto const refused = house.gate->give(c.request, house.caller);
             test::check(!refused.ok() && refused.error().code() == c.code, c.says);
             test::contains(refused.error().message(), c.says);
         }
         test::equal(house.gate->overrides().overrides_size(), 0, "nothing given");
         test::check(house.passes("kid"), "as before");
     }},
    {"a word for a device that no profile applies to is refused: it would change nothing",
     [] {
         std::string policy{test::home_policy};
         policy.erase(policy.find("newcomer_profile"), std::string_view{"newcomer_profile: \"guests\"\n"}.size());
         House house{"2027-03-02T12:00:00Z", policy};
         house.start();
         house.neighbours.appears("02:00:5e:10:00:77", "10.0.0.77");
         house.settle();
         auto const refused = house.gate->give(request("02:00:5e:10:00:77", v1::OPEN), house.caller);
         test::check(!refused.ok() && refused.error().code() == ErrorCode::conflict, "refused");
         test::contains(refused.error().message(), "kindgate place MAC");
         test::equal(house.gate->overrides().overrides_size(), 0, "nothing given");
     }},
    {"a word that can't be kept is refused and does not count",
     [] {
         House house;
         house.start();
         house.ledger.failure = Error{ErrorCode::system, "the disk is full"};
         auto const refused = house.gate->give(request("kid", v1::OFF), house.caller);
         test::check(!refused.ok(), "refused");
         test::contains(refused.error().message(), "the disk is full");
         test::check(house.passes("kid"), "as before");
     }},
    {"all words to one WHO end together, and others stay; a hardware address is a WHO of its own",
     [] {
         House house;
         house.start();
         house.give("kid", v1::OFF, 1h);
         house.give("kid", v1::OFF, 2h);
         house.give("kids", v1::OFF, 1h);
         house.give("02-00-5E-10-00-01", v1::OFF, 1h);
         test::equal(test::value(house.gate->end_overrides_of("kid", house.caller)).overrides_size(), 2, "two ended");
         test::equal(test::value(house.gate->end_overrides_of(test::kid_mac, house.caller)).overrides_size(), 1,
                     "address");
         test::check(!house.passes("kid"), "the profile's stays");
         test::equal(test::value(house.gate->end_overrides_of("kids", house.caller)).overrides_size(), 1, "profile");
         test::check(house.passes("kid"), "open");
         test::check(!house.gate->end_overrides_of("nobody", house.caller).ok(), "unknown");
     }},
    {"the disk fills up while the words to one WHO end: what has ended has, what hasn't stays, and the caller is told",
     [] {
         House house;
         house.start();
         house.give("kid", v1::OFF, 1h);
         house.give("kid", v1::OFF, 2h);
         house.ledger.fails_after_ends = 1;
         auto const refused = house.gate->end_overrides_of("kid", house.caller);
         test::check(!refused.ok(), "refused");
         test::contains(refused.error().message(), "the disk is full");
         test::equal(house.gate->overrides().overrides_size(), 1, "as in the ledger");
         test::equal(house.ledger.overrides.size(), 1U, "in the ledger");
         test::check(!house.passes("kid"), "the other one is in force");
         house.ledger.fails_after_ends.reset();
         test::equal(test::value(house.gate->end_overrides_of("kid", house.caller)).overrides_size(), 1, "again");
         test::check(house.passes("kid"), "open");
     }},
    {"one word ends by its number; a number that isn't there is an error",
     [] {
         House house;
         house.start();
         auto const given = house.give("all", v1::OFF, 1h);
         test::check(!house.passes("kid") && !house.passes("parent"), "all off");
         test::value(house.gate->end_override(given.id(), house.caller));
         test::check(house.passes("kid"), "open");
         auto const again = house.gate->end_override(given.id(), house.caller);
         test::check(!again.ok() && again.error().code() == ErrorCode::not_found, "gone");
     }},
    {"the kernel refuses: the word is kept, the caller told, and it is in force as soon as the kernel takes it",
     [] {
         House house;
         house.start();
         house.table.failure = Error{ErrorCode::system, "no buffer space"};
         auto const refused = house.gate->give(request("kid", v1::OFF), house.caller);
         test::check(!refused.ok(), "told");
         test::check(!house.gate->status().kernel_in_force(), "status");
         test::equal(house.told(v1::Event::TABLE_LOST).size(), 1U, "told once");
         house.pass(3s);
         test::equal(house.told(v1::Event::TABLE_LOST).size(), 1U, "still once");
         house.table.failure.reset();
         house.pass(1s);
         test::check(!house.passes("kid") && house.gate->status().kernel_in_force(), "within a second");
         test::equal(house.told(v1::Event::TABLE_RESTORED).size(), 1U, "told");
     }},
    {"a flushed ruleset is whole again at once, and told",
     [] {
         House house;
         house.start();
         house.table.flush();
         house.settle();
         test::check(house.table.installed() && house.passes("kid"), "whole");
         test::equal(house.told(v1::Event::TABLE_RESTORED).size(), 1U, "told");
         for (int i = 0; i < 10; ++i) house.table.flush();
         house.pass(1s);
         test::check(house.passes("kid"), "again and again");
         test::check(house.table.calls_of("resync").size() < 8, "but not at any price");
     }},
    {"release takes the table away and ends; nothing installs it again",
     [] {
         House house;
         house.start();
         test::value(house.gate->release(house.caller));
         test::check(house.ended && !house.table.installed(), "gone");
         house.pass(24h);
         house.gate->policy_file_changed();
         house.gate->clock_changed();
         house.gate->stop();
         test::check(!house.table.installed(), "still gone");
     }},
    {"questions are answered for profiles and devices, now and later",
     [] {
         House house{"2027-03-02T12:00:00Z"};
         house.start();
         house.give("kid", v1::OFF, 1h);
         auto const kid = test::value(house.gate->explain({"kid", ""}, "", ""));
         test::equal(kid.decision(), "BLOCK", "kid");
         test::equal(kid.because(0).rule(), "override", "because");
         test::equal(kid.until(), "2027-03-02T13:00:00Z", "until");
         auto const kids = test::value(house.gate->explain({"", "kids"}, "2027-03-02T15:00", ""));
         test::equal(kids.decision() + kids.mode(), "ALLOWLEARNING", "kids");
         auto const timeline = test::value(house.gate->timeline({"", "kids"}, "2027-03-02", "2027-03-02"));
         test::equal(timeline.stretches_size(), 5, "a day");
         test::equal(timeline.stretches(0).mode(), "OFF", "night");
         for (auto const& who : {control::Who{"nobody", ""}, control::Who{"", "nobody"}, control::Who{"", ""},
                                 control::Who{"kid", "kids"}})
             test::check(!house.gate->explain(who, "", "").ok(), who.device + who.profile);
         test::check(!house.gate->timeline({"kid", ""}, "2027-03-03", "2027-03-01").ok(), "backwards");
         test::check(!house.gate->timeline({"kid", ""}, "2027-03-03", "2029-03-01").ok(), "too long");
     }},
    {"leases tell who, until when, and how long that is",
     [] {
         House house{"2027-03-02T12:00:00Z"};
         house.start();
         auto const leases = house.gate->leases();
         test::equal(leases.leases_size(), 2, "kid and parent");
         test::equal(leases.leases(0).device() + " " + leases.leases(0).ends(), "kid 2027-03-02T14:00:00Z", "kid");
         test::equal(leases.leases(0).seconds_left(), 7200U, "seconds");
         test::equal(leases.leases(1).ends(), "", "parent");
     }},
};

}  // namespace

int main() {
    return test::run("control/gate_words", tests);
}
