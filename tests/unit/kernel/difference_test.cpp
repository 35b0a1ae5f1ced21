#include "difference.h"

#include "test.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using kernel::Changes;
using kernel::difference;
using kernel::Extension;
using kernel::Sent;
using kernel::SlotCategory;
using kernel::Steady;
using kernel::Wanted;

constexpr Steady::time_point now{1000h};
constexpr Mac phone{{2, 0, 0, 0, 0, 1}};
constexpr Mac laptop{{2, 0, 0, 0, 0, 2}};

using End = Wanted::End;

struct LeaseCase {
    std::optional<End> present, wanted;
    Extension extension;
    Sent sent;
    char const* changes;
};

// What happens to one lease.
template <typename Key>
Changes lease(LeaseCase const& c, FlatMap<Key, End> Wanted::* leases, Key key) {
    Wanted from;
    Wanted to;
    if (c.present) (from.*leases)[key] = *c.present;
    if (c.wanted) (to.*leases)[key] = *c.wanted;
    return difference(&from, to, now, c.extension, c.sent);
}

template <typename Key>
std::string show(Changes const& changes, std::vector<kernel::LeaseOf<Key>> kernel::Leases::* list, Key key) {
    std::string out;
    auto const all = [&](char const* verb, std::vector<kernel::LeaseOf<Key>> const& leases) {
        for (auto const& one : leases) out += std::string{verb} + (one.end ? "" : " for ever") + "; ";
    };
    for (auto const& one : changes.ensure.*list) out += one.key == key ? "ensure; " : "?";
    for (auto const& one : changes.remove.leases.*list) out += one.key == key ? "remove; " : "?";
    all("add", changes.add.leases.*list);
    all("extend", changes.extend.*list);
    auto const of_list = (changes.ensure.*list).size() + (changes.remove.leases.*list).size() +
                         (changes.add.leases.*list).size() + (changes.extend.*list).size();
    if (of_list != changes.elements()) out += "and of others";
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
         wanted.asked = {{Slot{1}, now + 1h}};
         wanted.limited = {{Slot{1}, category_unknown}, {Slot{1}, 5}};
         wanted.granted = {{{Slot{1}, 5}, now + 1h}};
         wanted.lan_index = {3};
         auto const changes = difference(nullptr, wanted, now, Extension::in_place, Sent::now);
         test::check(changes.install && !changes.empty(), "install");
         test::equal(changes.add.size(), 11U, "added");
         test::equal(changes.count(), 11U, "counted");
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
         using Case = LeaseCase;
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
              }) {
             auto const about = "case " + std::to_string(number++);
             constexpr Slot slot{1};
             constexpr SlotCategory use{slot, 5};
             test::equal(show(lease(c, &Wanted::access, slot), &kernel::Leases::access, slot), c.changes, about);
             test::equal(show(lease(c, &Wanted::asked, slot), &kernel::Leases::asked, slot), c.changes, about);
             test::equal(show(lease(c, &Wanted::granted, use), &kernel::Leases::granted, use), c.changes, about);
         }
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
                 if (random(2) == 0)
                     content.asked[slot] = random(3) == 0 ? End{} : End{now + std::chrono::hours{1 + random(3)}};
                 SlotCategory const use{slot, static_cast<CategoryId>(random(4))};
                 if (random(2) == 0)
                     content.granted[use] = random(3) == 0 ? End{} : End{now + std::chrono::hours{1 + random(3)}};
                 if (random(2) == 0) content.limited.insert(use);
                 if (random(2) == 0) content.lan_index.insert(i);
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
         kernel::Elements elements;
         elements.lan = {"lan1", "lan0"};
         elements.slots = {{laptop, Slot{2}}, {phone, Slot{1}}};
         elements.leases.access = {{Slot{2}, std::nullopt}, {Slot{1}, now}};
         elements.leases.asked = {{Slot{8}, now}, {Slot{1}, now}};
         elements.leases.granted = {{{Slot{2}, 3}, now}, {{Slot{2}, 1}, std::nullopt}};
         elements.learning = {Slot{9}, Slot{3}};
         elements.limited = {{Slot{2}, 3}, {Slot{1}, 9}};
         elements.lan_index = {9, 2};
         auto const found = kernel::content_of(std::move(elements));
         Wanted wanted;
         wanted.lan = {"lan0", "lan1"};
         wanted.slots = {{phone, Slot{1}}, {laptop, Slot{2}}};
         wanted.access = {{Slot{1}, now}, {Slot{2}, std::nullopt}};
         wanted.learning = {Slot{3}, Slot{9}};
         wanted.asked = {{Slot{1}, now}, {Slot{8}, now}};
         wanted.granted = {{{Slot{2}, 1}, std::nullopt}, {{Slot{2}, 3}, now}};
         wanted.limited = {{Slot{1}, 9}, {Slot{2}, 3}};
         wanted.lan_index = {2, 9};
         test::check(found == wanted, "content");
     }},
};

}  // namespace

int main() {
    return test::run("kernel/difference", tests);
}
