#include "difference.h"

#include "test.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using kernel::Changes;
using kernel::difference;
using kernel::Extension;
using kernel::Sent;
using kernel::Steady;
using kernel::Wanted;

constexpr Steady::time_point now{1000h};
constexpr Mac phone{{2, 0, 0, 0, 0, 1}};
constexpr Mac laptop{{2, 0, 0, 0, 0, 2}};

using End = std::optional<Steady::time_point>;

// What happens to the lease of slot 1.
Changes lease(std::optional<End> present, std::optional<End> wanted, Extension extension, Sent sent = Sent::now) {
    Wanted from;
    Wanted to;
    if (present) from.access[Slot{1}] = *present;
    if (wanted) to.access[Slot{1}] = *wanted;
    return difference(&from, to, now, extension, sent);
}

std::string show(Changes const& changes) {
    std::string out;
    auto const all = [&](char const* verb, std::vector<kernel::Lease> const& leases) {
        for (auto const& one : leases) out += std::string{verb} + (one.end ? "" : " for ever") + "; ";
    };
    for (auto const& one : changes.ensure) out += one.slot.number() == 1 ? "ensure; " : "?";
    for (auto const& one : changes.remove.access) out += one.slot.number() == 1 ? "remove; " : "?";
    all("add", changes.add.access);
    all("extend", changes.extend);
    return out;
}

constexpr test::Test tests[] = {
    {"no table: everything is installed, whatever was",
     [] {
         Wanted wanted;
         wanted.lan = {"lan0", "lan1"};
         wanted.slots = {{phone, Slot{1}}, {laptop, Slot{1}}};
         wanted.access = {{Slot{1}, std::nullopt}};
         wanted.learning = {Slot{1}};
         auto const changes = difference(nullptr, wanted, now, Extension::in_place, Sent::now);
         test::check(changes.install && !changes.empty(), "install");
         test::equal(changes.add.size(), 6U, "added");
         test::equal(changes.count(), 6U, "counted");
         test::check(difference(nullptr, {}, now, Extension::in_place, Sent::now).install, "an empty table too");
     }},
    {"the same content changes nothing",
     [] {
         Wanted wanted;
         wanted.lan = {"lan0"};
         wanted.slots = {{phone, Slot{1}}};
         wanted.access = {{Slot{1}, now + 1h}, {Slot{2}, std::nullopt}};
         wanted.learning = {Slot{1}};
         test::check(difference(&wanted, wanted, now, Extension::replace, Sent::now).empty(), "now");
         test::check(difference(&wanted, wanted, now, Extension::replace, Sent::later).empty(), "later");
     }},
    {"a map's element gets other data by delete and add, and counts once",
     [] {
         Wanted from;
         from.slots = {{phone, Slot{1}}, {laptop, Slot{2}}};
         Wanted to;
         to.slots = {{phone, Slot{3}}};
         auto const changes = difference(&from, to, now, Extension::in_place, Sent::now);
         test::equal(changes.remove.slots.size(), 2U, "removed");
         test::equal(changes.add.slots.size(), 1U, "added");
         test::equal(changes.count(), 2U, "counted");
         kernel::carry_out(changes, from);
         test::check(from == to, "carried out");
     }},
    {"a lease's change is the least that can't fail",
     [] {
         auto const soon = now + 40ms;       // ends by itself within the tolerance
         auto const just_over = now - 40ms;  // the kernel may still have it
         auto const over = now - 1s;
         struct Case {
             std::optional<End> present, wanted;
             Extension extension;
             Sent sent;
             char const* changes;
         };
         constexpr auto in_place = Extension::in_place;
         constexpr auto replace = Extension::replace;
         int number = 0;
         for (auto const& c : {
                  Case{{}, now + 1h, in_place, Sent::now, "add; "},
                  Case{{}, End{}, in_place, Sent::now, "add for ever; "},
                  Case{now + 1h, now + 1h + 49ms, in_place, Sent::now, ""},
                  Case{now + 1h, now + 1h - 49ms, replace, Sent::now, ""},
                  Case{now + 1h, now + 2h, in_place, Sent::now, "extend; "},
                  Case{now + 2h, now + 1h, in_place, Sent::now, "extend; "},
                  Case{now + 1h, now + 2h, replace, Sent::now, "remove; add; "},
                  Case{now + 1h, End{}, in_place, Sent::now, "remove; add for ever; "},
                  Case{End{}, now + 1h, in_place, Sent::now, "remove; add; "},
                  Case{now + 1h, {}, in_place, Sent::now, "remove; "},
                  Case{soon, {}, in_place, Sent::now, ""},
                  Case{soon, now + 1h, in_place, Sent::now, "extend; "},
                  Case{soon, now + 1h, replace, Sent::now, "ensure; remove; add; "},
                  Case{soon, End{}, in_place, Sent::now, "ensure; remove; add for ever; "},
                  Case{just_over, {}, replace, Sent::now, ""},
                  Case{just_over, now + 1h, in_place, Sent::now, "extend; "},
                  Case{just_over, now + 1h, replace, Sent::now, "ensure; remove; add; "},
                  Case{over, {}, replace, Sent::now, ""},
                  Case{over, now + 1h, replace, Sent::now, "add; "},
                  Case{over, now + 1h, in_place, Sent::now, "add; "},
                  // A wanted lease that is over already is none.
                  Case{{}, over, in_place, Sent::now, ""},
                  Case{now + 1h, over, in_place, Sent::now, "remove; "},
                  Case{over, over, in_place, Sent::now, ""},
                  // Sent later, any lease with an end may have ended by then.
                  Case{now + 1h, {}, in_place, Sent::later, "ensure; remove; "},
                  Case{End{}, {}, in_place, Sent::later, "remove; "},
                  Case{now + 1h, now + 2h, replace, Sent::later, "ensure; remove; add; "},
                  Case{now + 1h, now + 2h, in_place, Sent::later, "extend; "},
                  Case{{}, now + 1h, in_place, Sent::later, "add; "},
              })
             test::equal(show(lease(c.present, c.wanted, c.extension, c.sent)), c.changes,
                         "case " + std::to_string(number++));
     }},
    {"carrying out a difference leads to what was wanted, from anything to anything",
     [] {
         std::uint32_t seed = 1;
         auto const random = [&](std::uint32_t below) {
             return (seed = seed * 1664525U + 1013904223U) / 65536U % below;
         };
         auto const some = [&] {
             Wanted content;
             for (std::uint16_t i = 1; i < 40; ++i) {
                 auto const slot = Slot{i};
                 if (random(2) == 0)
                     content.slots[Mac{{2, 0, 0, 0, 0, static_cast<std::uint8_t>(i)}}] =
                         Slot{static_cast<std::uint16_t>(1 + random(3))};
                 if (random(2) == 0) content.learning.insert(slot);
                 if (random(2) == 0) content.lan.insert("lan" + std::to_string(i));
                 if (random(2) == 0)
                     content.access[slot] = random(3) == 0 ? End{} : End{now + std::chrono::hours{1 + random(3)}};
             }
             return content;
         };
         for (int i = 0; i < 200; ++i)
             for (auto const extension : {Extension::in_place, Extension::replace})
                 for (auto const sent : {Sent::now, Sent::later}) {
                     auto present = some();
                     auto const wanted = some();
                     kernel::carry_out(difference(&present, wanted, now, extension, sent), present);
                     test::check(present == wanted, "round " + std::to_string(i));
                 }
     }},
    {"a dump's elements make a table's content, in whatever order they come",
     [] {
         auto const found = kernel::content_of({{"lan1", "lan0"},
                                                {{laptop, Slot{2}}, {phone, Slot{1}}},
                                                {{Slot{2}, std::nullopt}, {Slot{1}, now}},
                                                {Slot{9}, Slot{3}}});
         Wanted wanted;
         wanted.lan = {"lan0", "lan1"};
         wanted.slots = {{phone, Slot{1}}, {laptop, Slot{2}}};
         wanted.access = {{Slot{1}, now}, {Slot{2}, std::nullopt}};
         wanted.learning = {Slot{3}, Slot{9}};
         test::check(found == wanted, "content");
     }},
};

}  // namespace

int main() {
    return test::run("kernel/difference", tests);
}
