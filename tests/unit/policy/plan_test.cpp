#include "policy/plan.h"

#include "build.h"
#include "test.h"

namespace {

using namespace kindgate;
using namespace kindgate::policy;
using build::daily;
using build::text;
using build::utc;
using build::window;

enum Who : std::size_t { teen, tot, parents, pupils };

// A home in summer: Berlin is two hours ahead.
Policy home() {
    return build::policy("Europe/Berlin",
                         {build::profile("teen", Mode::open, {window(daily, "21:00", "07:00", Mode::off)}),
                          build::profile("tot", Mode::open, {window(daily, "19:00", "20:00", Mode::off, {"games"})}),
                          build::profile("parents", Mode::open, {}),
                          build::profile("pupils", Mode::off,
                                         {window(daily, "08:00", "12:00", Mode::learning),
                                          window(daily, "12:00", "13:00", Mode::open)})});
}

PlannedDevice device(std::uint16_t slot, std::size_t profile, std::string_view id = "") {
    return {Slot{slot}, id, {}, profile};
}

Override given(std::uint64_t id, std::string who, Mode mode, char const* from, char const* to) {
    return {id, std::move(who), mode, {utc(from), utc(to)}, "root"};
}

Plan plan_at(Policy const& policy, std::vector<PlannedDevice> const& devices, char const* now,
             std::vector<Override> const& overrides = {}, std::optional<Mode> untrusted = std::nullopt) {
    return plan(policy, {devices, overrides, utc(now), untrusted});
}

// "1 until 2026-06-01T19:00:00Z;2 until never;"
std::string leases(Plan const& plan) {
    std::string all;
    for (auto const& planned : plan.slots)
        if (plan.of(planned).decision.allows())
            all += std::to_string(planned.slot.number()) + " until " + text(plan.of(planned).ends) + ";";
    return all;
}

std::string decisions(Plan const& plan) {
    std::string all;
    for (auto const& planned : plan.slots) {
        auto const& outcome = plan.of(planned);
        all += std::to_string(planned.slot.number()) + " " + text(outcome.decision) + " " + text(outcome.until) + ";";
    }
    return all;
}

constexpr test::Test plan_tests[] = {
    {"a lease ends where the mode changes, and the plan is due then",
     [] {
         auto const result = plan_at(home(), {device(1, teen), device(2, parents)}, "2026-06-01T10:00:00Z");
         test::equal(leases(result), "1 until 2026-06-01T19:00:00Z;2 until never;", "leases");
         test::equal(decisions(result), "1 OPEN default_mode 2026-06-01T19:00:00Z;2 OPEN default_mode never;", "slots");
         test::equal(text(result.next_edge), "2026-06-01T19:00:00Z", "edge");
     }},
    {"in OFF there is no lease, and the plan is due when it opens",
     [] {
         auto const result = plan_at(home(), {device(1, teen)}, "2026-06-01T19:00:00Z");
         test::equal(leases(result), "", "leases");
         test::equal(decisions(result), "1 OFF windows[0] 2026-06-02T05:00:00Z;", "slots");
         test::equal(text(result.next_edge), "2026-06-02T05:00:00Z", "edge");
     }},
    {"a lease ends between LEARNING and OPEN too: nobody may be there to tell the kernel",
     [] {
         auto const result = plan_at(home(), {device(3, pupils)}, "2026-06-01T06:00:00Z");
         test::equal(leases(result), "3 until 2026-06-01T10:00:00Z;", "leases");
         test::equal(decisions(result), "3 LEARNING windows[0] 2026-06-01T10:00:00Z;", "learning");
         auto const open = plan_at(home(), {device(3, pupils)}, "2026-06-01T10:00:00Z");
         test::equal(decisions(open), "3 OPEN windows[1] 2026-06-01T11:00:00Z;", "open");
     }},
    {"a lease outlasts a change of the reason alone",
     [] {
         auto const policy = build::policy("UTC", {build::profile("teen", Mode::open,
                                                                  {window(daily, "10:00", "11:00", Mode::open),
                                                                   window(daily, "12:00", "13:00", Mode::off)})});
         auto const result = plan_at(policy, {device(1, 0)}, "2026-06-01T09:00:00Z");
         test::equal(leases(result), "1 until 2026-06-01T12:00:00Z;", "leases");
         test::equal(decisions(result), "1 OPEN default_mode 2026-06-01T10:00:00Z;", "slots");
         test::equal(text(result.next_edge), "2026-06-01T10:00:00Z", "the reason is told anew");
     }},
    {"the plan is due when withheld categories change",
     [] {
         auto const before = plan_at(home(), {device(1, tot)}, "2026-06-01T10:00:00Z");
         test::equal(text(before.next_edge), "2026-06-01T17:00:00Z", "edge");
         test::check(before.of(before.slots.at(0)).withheld.empty(), "nothing yet");
         auto const during = plan_at(home(), {device(1, tot)}, "2026-06-01T17:00:00Z");
         test::equal(text(during.of(during.slots.at(0)).withheld), "games by windows[0];", "games");
         test::equal(text(during.next_edge), "2026-06-01T18:00:00Z", "edge");
         test::equal(decisions(during), "1 OPEN default_mode never;", "the mode has no part in it");
     }},
    // Found by property tests: the order in which windows named the same two categories was taken for a change; and a
    // planner that remembers told the rule of a window that had ended.
    {"the plan is due when another window withholds the same categories, not before",
     [] {
         auto const policy =
             build::policy("UTC", {build::profile("teen", Mode::open,
                                                  {window(daily, "19:00", "20:00", Mode::off, {"games", "video"}),
                                                   window(daily, "19:30", "21:00", Mode::off, {"video", "games"})})});
         auto const result = plan_at(policy, {device(1, 0)}, "2026-06-01T19:00:00Z");
         test::equal(text(result.next_edge), "2026-06-01T20:00:00Z", "edge");
     }},
    {"where no change is known the lease ends at a midnight about 400 days ahead and is given anew the day before",
     [] {
         auto const result = plan_at(home(), {device(1, tot)}, "2026-06-01T10:00:00Z");
         test::equal(leases(result), "1 until 2027-07-06T00:00:00Z;", "leases");
         auto const always =
             build::policy("UTC", {build::profile("teen", Mode::open, {window(daily, "00:00", "24:00", Mode::off)})});
         auto const off = plan_at(always, {device(1, 0)}, "2026-06-01T10:00:00Z");
         test::equal(text(off.next_edge), "2027-07-05T00:00:00Z", "edge");
         test::equal(leases(off), "", "leases");
     }},
    {"an answer that nothing bears on needs no other plan",
     [] {
         auto const result = plan_at(home(), {device(1, parents)}, "2026-06-01T10:00:00Z",
                                     {given(1, "all", Mode::off, "2026-06-01T08:00:00Z", "2026-06-01T10:00:00Z"),
                                      given(2, "teen", Mode::off, "2026-06-01T08:00:00Z", "2026-06-01T12:00:00Z")});
         test::equal(leases(result), "1 until never;", "leases");
         test::equal(text(result.next_edge), "never", "edge");
     }},
    {"a person's word that ends beyond the horizon still leaves the lease an end",
     [] {
         auto const result = plan_at(home(), {device(1, parents)}, "2026-06-01T10:00:00Z",
                                     {given(1, "all", Mode::off, "2030-06-01T08:00:00Z", "2030-06-01T10:00:00Z")});
         test::equal(leases(result), "1 until 2027-07-06T00:00:00Z;", "leases");
     }},
    {"a word about one device leaves the others of its profile alone",
     [] {
         Mac const mac{{2, 0, 0x5e, 0x10, 0, 1}};
         std::vector<PlannedDevice> const devices{device(1, teen, "phone"),
                                                  device(2, teen),
                                                  {Slot{3}, "", std::span{&mac, 1}, teen},
                                                  device(4, teen, "tablet")};
         auto const result = plan_at(home(), devices, "2026-06-01T10:00:00Z",
                                     {given(1, "phone", Mode::off, "2026-06-01T09:00:00Z", "2026-06-01T11:00:00Z"),
                                      given(2, mac.text(), Mode::off, "2026-06-01T12:00:00Z", "2026-06-01T13:00:00Z"),
                                      given(3, "teen", Mode::off, "2026-06-01T14:00:00Z", "2026-06-01T15:00:00Z")});
         test::equal(leases(result),
                     "2 until 2026-06-01T14:00:00Z;3 until 2026-06-01T12:00:00Z;4 until 2026-06-01T14:00:00Z;",
                     "leases");
         test::equal(text(result.next_edge), "2026-06-01T11:00:00Z", "edge");
     }},
    {"a device without a profile has no access",
     [] {
         auto const result = plan_at(home(), {PlannedDevice{Slot{9}, "", {}, std::nullopt}}, "2026-06-01T10:00:00Z",
                                     {given(1, "all", Mode::open, "2026-06-01T09:00:00Z", "2026-06-01T11:00:00Z")});
         test::equal(leases(result), "", "leases");
         test::equal(decisions(result), "9 OFF newcomer_profile never;", "slots");
         test::equal(result.of(result.slots.at(0)).decision.because.text, "Nobody has placed this device yet", "text");
     }},
    {"while the time isn't known, profiles that depend on it have the board's mode",
     [] {
         std::vector<PlannedDevice> const devices{device(1, teen), device(2, parents), device(3, pupils)};
         std::vector<Override> const words{given(1, "all", Mode::off, "1970-01-01T00:00:00Z", "1970-01-03T00:00:00Z")};
         auto const off = plan_at(home(), devices, "1970-01-01T00:05:00Z", {}, Mode::off);
         test::equal(leases(off), "2 until never;", "off");
         test::equal(decisions(off),
                     "1 OFF untrusted_clock never;2 OPEN default_mode never;3 OFF untrusted_clock never;", "off");
         auto const open = plan_at(home(), devices, "1970-01-01T00:05:00Z", words, Mode::open);
         test::equal(leases(open), "1 until 1970-01-03T00:00:00Z;3 until 1970-01-03T00:00:00Z;",
                     "words of unknown end don't count");
         test::equal(text(open.next_edge), "1970-01-02T00:00:00Z", "given anew");
     }},
    {"without devices a plan says what goes for the profiles, and is never due",
     [] {
         auto const result = plan_at(home(), {}, "2026-06-01T19:00:00Z");
         test::check(result.slots.empty() && !result.next_edge, "nobody");
         test::equal(result.outcomes.size(), 5U, "four profiles, and none");
         test::equal(text(result.outcomes.at(teen).decision), "OFF windows[0]", "teen");
         test::equal(text(result.outcomes.at(parents).decision), "OPEN default_mode", "parents");
     }},
    {"a slot's outcome is found; another slot has none",
     [] {
         auto const result = plan_at(home(), {device(1, teen), device(5, pupils)}, "2026-06-01T19:00:00Z");
         test::equal(text(result.find(Slot{5})->decision), "OFF default_mode", "pupil");
         for (auto const nobody : {Slot{2}, Slot{6}}) test::check(result.find(nobody) == nullptr, "nobody");
     }},
};

}  // namespace

int main() {
    return test::run("policy/plan", plan_tests);
}
