// What the kernel is told around an edge, and when.
#include <random>

#include "house.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using test::House;
using test::instant;

constexpr test::Test tests[] = {
    {"a lease ends at the edge, not a millisecond later, and is not taken away before",
     [] {
         House house{"2027-03-02T16:30:00Z"};
         house.clock.advance(123'456'789ns);
         house.start();
         house.pass_until("2027-03-02T20:59:59Z");
         test::check(house.passes("kid"), "a second before bedtime");
         house.clock.advance(995ms);
         test::check(house.passes("kid"), "five milliseconds before bedtime");
         house.clock.advance(5ms);
         test::check(!house.passes("kid"), "at bedtime, though nobody woke the gate");
     }},
    {"a killed daemon's leases end on time",
     [] {
         House house{"2027-03-02T20:00:00Z"};
         house.start();
         house.gate.reset();
         house.clock.advance(59min);
         test::check(house.table.passes(Slot{1}), "before");
         house.clock.advance(1min);
         test::check(!house.table.passes(Slot{1}), "at bedtime");
     }},
    {"what begins at an edge is built before it and sent at it, never earlier",
     [] {
         House house{"2027-03-02T06:00:00Z"};
         house.start();
         house.pass_until("2027-03-02T06:59:59Z");
         house.pass(500ms);
         auto const kid = house.slot("kid");
         auto const prepared = house.table.calls_of("prepare");
         test::equal(prepared.size(), 1U, "prepared");
         test::check(prepared[0].wanted.access.contains(kid), "with the lease that begins");
         test::check(prepared[0].at.calendar == instant("2027-03-02T06:59:59Z"), "a second before");
         house.pass(400ms);
         test::check(house.table.calls_of("send").empty() && !house.table.holds_lease(kid), "nothing early");
         house.pass(100ms);
         auto const sent = house.table.calls_of("send");
         test::equal(sent.size(), 1U, "sent");
         test::check(sent[0].at.calendar == instant("2027-03-02T07:00:00Z"), "at the edge");
         test::check(house.passes("kid"), "open");
         test::contains(house.last_told(v1::Event::MODE_CHANGED), "kids: open until 14:00");
     }},
    {"a lease is never extended into a mode that gives less: a dead daemon must not leave it open",
     [] {
         House house{"2027-03-02T13:00:00Z"};
         house.start();
         house.pass_until("2027-03-02T13:59:59Z");
         house.pass(900ms);
         auto const kid = house.slot("kid");
         house.gate.reset();
         house.clock.advance(100ms);
         test::check(!house.table.holds_lease(kid), "OPEN ended at the edge to LEARNING");
     }},
    {"LEARNING begins at its edge",
     [] {
         House house{"2027-03-02T13:00:00Z"};
         house.start();
         house.pass_until("2027-03-02T14:00:00Z");
         auto const sent = house.table.calls_of("send");
         test::equal(sent.size(), 1U, "sent");
         test::check(sent[0].wanted.learning.contains(house.slot("kid")), "learning");
         test::check(!house.table.holds_lease(house.slot("kid")), "and no lease of OPEN");
     }},
    {"a plan that comes between building and edge does not lose the batch",
     [] {
         House house{"2027-03-02T06:59:00Z"};
         house.start();
         house.pass_until("2027-03-02T06:59:59Z");
         house.pass(400ms);
         house.neighbours.appears("06:00:00:00:00:09", "192.168.1.9");
         house.settle();
         house.pass(600ms);
         test::equal(house.table.calls_of("send").size(), 1U, "sent at the edge");
         test::check(house.passes("kid"), "open");
     }},
    {"two edges a second apart are both kept",
     [] {
         House house{"2027-03-02T12:00:00Z"};
         house.start();
         house.give("kid", v1::OFF, 3s);
         house.give("parent", v1::OFF, 4s);
         house.pass(2900ms);
         test::check(!house.passes("kid") && !house.passes("parent"), "both off");
         house.pass(100ms);
         test::check(house.passes("kid") && !house.passes("parent"), "after three seconds");
         house.pass(1s);
         test::check(house.passes("parent"), "after four");
     }},
    {"no lease is given early, and none outlasts its mode, whatever people say in between",
     [] {
         constexpr unsigned seed = 20270302;
         std::mt19937 random{seed};
         House house{"2027-03-02T12:00:00Z"};
         house.start();
         auto const loaded = policy::load(test::home_policy, "p");
         auto const kid_slot = house.slot("kid");
         Mac const mac = test::value(Mac::parse(test::kid_mac));
         int looked = 0;
         house.table.watch = [&](kernel::Wanted const& wanted) {
             policy::Subject const kid{*loaded.policy, loaded.policy->profiles[0], "kid", {&mac, 1}};
             auto const now = house.clock.now();
             auto const explained = policy::explain(kid, house.ledger.overrides, now.instant());
             auto const lease = wanted.access.find(kid_slot);
             ++looked;
             if (lease == wanted.access.end()) return;
             test::check(explained.decision.allows(), "a lease while it is off");
             test::equal(wanted.learning.contains(kid_slot), explained.decision.mode == policy::Mode::learning,
                         "learning");
             bool const extended = explained.until && *explained.until - now.calendar <= 2s;
             if (!explained.until || extended) return;
             test::check(lease->second.has_value(), "an end");
             for (auto at = explained.until; at; at = policy::explain(kid, house.ledger.overrides, *at).until) {
                 if (policy::decide(kid, house.ledger.overrides, *at).mode == explained.decision.mode) continue;
                 test::check(*lease->second <= now.steady_at(*at), "the lease outlasts its mode");
                 return;
             }
         };
         for (int round = 0; round < 300; ++round) {
             house.pass(std::chrono::milliseconds{std::uniform_int_distribution{1, 20'000'000}(random)});
             auto const mode = static_cast<v1::Mode>(std::uniform_int_distribution{1, 3}(random));
             auto const* const who = round % 3 == 0 ? "kids" : round % 3 == 1 ? "kid" : "all";
             house.give(who, mode, std::chrono::seconds{std::uniform_int_distribution{1, 20'000}(random)});
         }
         test::check(looked > 600, "the kernel was told often");
     }},
};

}  // namespace

int main() {
    return test::run("control/edges", tests);
}
