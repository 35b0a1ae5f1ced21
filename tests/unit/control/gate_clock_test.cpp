// The calendar: trusted or not, and jumping.
#include "build_info.h"
#include "house.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using test::House;
using test::instant;

void clock_set(House& house, std::chrono::seconds by) {
    house.clock.jump(by);
    house.gate->clock_changed();
    house.settle();
}

constexpr test::Test tests[] = {
    {"a clock that jumps is told, and leases follow the new time",
     [] {
         House house{"2027-03-02T12:00:00Z"};
         house.start();
         clock_set(house, 10h);
         test::check(!house.passes("kid"), "it is bedtime now");
         test::contains(house.last_told(v1::Event::CLOCK_JUMPED), "10 hours ahead");
         clock_set(house, -10h);
         test::check(house.passes("kid"), "and not any more");
         test::contains(house.last_told(v1::Event::CLOCK_JUMPED), "10 hours back");
         house.pass_until("2027-03-02T13:59:59Z");
         test::check(house.passes("kid"), "open");
         house.pass(1s);
         test::check(!house.passes("kid"), "until the next edge of the clock as it is");
     }},
    {"a jump over a built batch's edge does not send it",
     [] {
         House house{"2027-03-02T06:59:50Z"};
         house.start();
         house.pass(9500ms);
         test::equal(house.table.calls_of("prepare").size(), 1U, "prepared");
         clock_set(house, -1h);
         house.pass(10s);
         test::check(house.table.calls_of("send").empty() && !house.passes("kid"), "still bedtime");
     }},
    {"small steps of a time service are followed but not told",
     [] {
         House house{"2027-03-02T12:00:00Z"};
         house.start();
         house.clock.jump(400ms);
         house.gate->clock_changed();
         test::check(house.told(v1::Event::CLOCK_JUMPED).empty(), "told");
         auto const end = house.table.held().access.at(house.slot("kid"));
         test::check(end == house.clock.now().steady_at(instant("2027-03-02T14:00:00Z")), "followed");
     }},
    {"a clock before the last trusted time is not trusted: profiles with windows fall to the board's mode, others "
     "don't",
     [] {
         House house{"2027-03-02T12:00:00Z"};
         house.ledger.last_trusted = instant("2027-03-02T12:00:01Z");
         house.clock.set_synchronised(false);
         house.start();
         test::check(!house.passes("kid") && house.passes("parent"), "OFF for windows");
         test::check(!house.gate->status().clock_trusted(), "status");
         test::contains(house.last_told(v1::Event::CLOCK_UNTRUSTED), "off until a time source is heard");
         house.pass(1s);
         test::check(house.passes("kid"), "the time passed it");
         test::equal(house.told(v1::Event::CLOCK_TRUSTED).size(), 1U, "told");
     }},
    {"a synchronised clock is trusted, as soon as it is",
     [] {
         House house{"1970-01-01T00:00:10Z"};
         house.ledger.last_trusted = instant("2027-03-02T12:00:00Z");
         house.clock.set_synchronised(false);
         house.board.untrusted_clock = policy::Mode::open;
         house.start();
         test::check(house.passes("kid"), "the board says OPEN, though 1970 is bedtime");
         house.pass(5min);
         house.clock.set_synchronised(true);
         house.pass(1s);
         test::check(!house.passes("kid"), "within a second");
     }},
    {"without a last trusted time, the build is what a clock must not be before",
     [] {
         House house{"2001-01-01T12:00:00Z"};
         house.clock.set_synchronised(false);
         house.start();
         test::check(!house.passes("kid"), "2001");
         house.clock.jump(control::build_time() - instant("2001-01-01T12:00:00Z") + 1h);
         house.gate->clock_changed();
         test::check(house.gate->status().clock_trusted(), "after the build");
     }},
    {"a time that becomes trusted is written at once: the next start must not begin without it",
     [] {
         House house{"2001-01-01T12:00:00Z"};
         house.clock.set_synchronised(false);
         house.start();
         test::check(!house.ledger.last_trusted, "nothing to write");
         house.pass(61min);
         house.clock.jump(instant("2027-03-02T12:00:00Z") - instant("2001-01-01T13:01:00Z"));
         house.clock.set_synchronised(true);
         house.gate->clock_changed();
         test::check(house.ledger.last_trusted == instant("2027-03-02T12:00:00Z"), "written");
     }},
    {"the trusted time is written at start, every ten minutes, and at the end",
     [] {
         House house{"2027-03-02T12:00:00Z"};
         house.start();
         test::check(house.ledger.last_trusted == instant("2027-03-02T12:00:00Z"), "start");
         house.pass(9min);
         test::check(house.ledger.last_trusted == instant("2027-03-02T12:00:00Z"), "not too often");
         house.pass(1min);
         test::check(house.ledger.last_trusted == instant("2027-03-02T12:10:00Z"), "ten minutes");
         house.pass(5min);
         house.gate->stop();
         test::check(house.ledger.last_trusted == instant("2027-03-02T12:15:00Z"), "end");
     }},
    {"the lab's clock moves edges, and into the past it is not trusted; taken back, all is as before",
     [] {
         House house{"2027-03-02T12:00:00Z"};
         house.start();
         house.move_clock(10h);
         test::check(!house.passes("kid"), "bedtime");
         house.pass(20min);
         test::check(house.ledger.last_trusted == instant("2027-03-02T12:00:00Z"),
                     "a moved clock is never written down");
         house.move_clock(-10h);
         test::check(house.passes("kid") && house.gate->status().clock_trusted(), "back");
         house.move_clock(-25h);
         test::check(!house.gate->status().clock_trusted(),
                     "before the last trusted time, though the kernel is in sync");
         v1::MoveClock back;
         back.set_reset(true);
         test::equal(test::value(house.gate->move_clock(back, house.caller)).offset_seconds(), 0, "reset");
         test::check(house.gate->status().clock_trusted(), "trusted again");
     }},
    {"no board but the lab's has a clock that can be moved",
     [] {
         House house;
         house.board.lab_clock = false;
         house.start();
         v1::MoveClock move;
         move.set_seconds(60);
         auto const refused = house.gate->move_clock(move, house.caller);
         test::check(!refused.ok() && refused.error().code() == ErrorCode::forbidden, "forbidden");
     }},
    {"a clock can't be moved out of all sense",
     [] {
         House house;
         house.start();
         for (auto const seconds : {std::int64_t{1} << 62, -(std::int64_t{1} << 62), std::int64_t{4'000'000'000}}) {
             v1::MoveClock move;
             move.set_seconds(seconds);
             test::check(!house.gate->move_clock(move, house.caller).ok(), std::to_string(seconds));
         }
     }},
    {"while the time isn't known nobody's word can be taken, and none runs out",
     [] {
         House house{"2027-03-02T12:00:00Z"};
         house.start();
         house.give("parent", v1::OFF, 1h);
         house.clock.set_synchronised(false);
         clock_set(house, -48h);
         v1::GiveOverride request;
         request.set_who("kid");
         request.set_mode(v1::OPEN);
         auto const refused = house.gate->give(request, house.caller);
         test::check(!refused.ok() && refused.error().code() == ErrorCode::unavailable, "refused");
         test::equal(house.gate->overrides().overrides_size(), 1, "kept");
     }},
};

}  // namespace

int main() {
    return test::run("control/gate_clock", tests);
}
