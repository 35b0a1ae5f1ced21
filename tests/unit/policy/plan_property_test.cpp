// A lease never outlasts the next moment at which its answer could change, nor ends before it.
#include <algorithm>
#include <set>

#include "build.h"
#include "oracle.h"
#include "policy/plan.h"
#include "random_policy.h"
#include "test.h"

namespace {

using namespace kindgate;
using namespace kindgate::policy;
using build::text;
using random_policy::Case;

constexpr std::chrono::seconds second{1};
// Further than this nobody looks minute by minute.
constexpr std::chrono::hours looked_at{36};

// Instants from `from` to before `to` at which something might happen: minutes, and what isn't on a minute.
std::set<Instant> instants(Case const& one, Instant from, Instant to) {
    std::set<Instant> all{from, to - second};
    for (auto at = std::chrono::ceil<minutes>(from); at < to; at += minutes{1}) all.insert(at);
    for (auto const& given : one.overrides)
        for (auto const edge : {given.when.from, given.when.to}) all.insert({edge - second, edge});
    std::erase_if(all, [&](Instant at) { return at < from || to <= at; });
    return all;
}

std::vector<Withheld> by_category(std::vector<Withheld> all) {
    std::ranges::sort(all, {}, &Withheld::category);
    return all;
}

// A category lease ends where the category is withheld or the mode differs, and not before.
void check_category_lease(Case const& one, Instant now, Decision const& told, CategoryLease const& lease) {
    auto const held = [&](Instant at) {
        auto const taken = withheld(one.subject(), one.overrides, at);
        return std::ranges::find(taken, lease.category, &Withheld::category) == taken.end() &&
               decide(one.subject(), one.overrides, at).mode == told.mode;
    };
    auto const ends = lease.ends.value_or(Instant::max());
    for (auto const at : instants(one, now, std::min(ends, now + looked_at)))
        if (!held(at)) test::fail(one.about(now) + ": the lease of " + lease.category + " outlasts " + rfc3339(at));
    if (ends < now + looked_at && held(ends))
        test::fail(one.about(now) + ": the lease of " + lease.category + " ends too early");
}

// What is held and told at `now` stays true until it is said to end, and not a second longer.
void check_course(Case const& one, Instant now, Plan const& plan) {
    auto const& told = plan.of(plan.slots.front());
    auto const lease_ends = told.decision.allows() ? told.ends.value_or(Instant::max()) : now;
    auto const edge = plan.next_edge.value_or(Instant::max());
    auto const to = std::min(std::max(lease_ends, edge), now + looked_at);
    for (auto const at : instants(one, now, to)) {
        auto const then = decide(one.subject(), one.overrides, at);
        if (at < lease_ends && then.mode != told.decision.mode)
            test::fail(one.about(now) + ": the lease outlasts the change at " + rfc3339(at));
        if (at >= edge) continue;
        if (then != told.decision || by_category(withheld(one.subject(), one.overrides, at)) != told.withheld)
            test::fail(one.about(now) + ": nobody is told of the change at " + rfc3339(at));
    }
    for (auto const& lease : told.leases) check_category_lease(one, now, told.decision, lease);
}

// Where something is said to end soon, the oracle too sees a change.
void check_ends(Case const& one, Instant now, Plan const& plan) {
    auto const before = oracle::decide(one.subject(), one.overrides, now);
    auto const soon = [&](std::optional<Instant> at) { return at && *at < now + looked_at; };
    if (soon(plan.next_edge)) {
        auto const then = oracle::decide(one.subject(), one.overrides, *plan.next_edge);
        auto const withheld_at = [&](Instant at) { return by_category(withheld(one.subject(), one.overrides, at)); };
        test::check(then != before || withheld_at(now) != withheld_at(*plan.next_edge),
                    one.about(now) + ": nothing happens at the next edge");
    }
    auto const& told = plan.of(plan.slots.front());
    test::check(!told.ends || (now < *told.ends && *told.ends <= now + horizon), one.about(now) + ": length");
    if (soon(told.ends))
        test::check(oracle::decide(one.subject(), one.overrides, *told.ends).mode != before.mode,
                    one.about(now) + ": the lease ends too early");
}

void check_slot(Case const& one, Instant now, Plan const& plan) {
    auto const explained = explain(one.subject(), one.overrides, now);
    auto const& told = plan.of(plan.slots.front());
    auto const expected = oracle::decide(one.subject(), one.overrides, now);
    test::equal(text(told.decision), text(expected.mode) + " " + expected.rule, one.about(now));
    test::equal(text(told.until), text(explained.until), one.about(now) + ": until");
    test::check(!plan.next_edge || now < *plan.next_edge, one.about(now) + ": the edge is later");
    test::check(!told.until || plan.next_edge <= told.until, one.about(now) + ": the edge is not after until");
}

void check(Case const& one, random_policy::Maker& maker) {
    auto const subject = one.subject();
    PlannedDevice const device{Slot{7}, subject.device_id, subject.macs, 0};
    for (int i = 0; i < 2; ++i) {
        auto now = one.moment - std::chrono::hours{36} + maker.within(std::chrono::hours{72});
        if (i == 1) now = one.moment;
        auto const result = plan(one.policy, {std::span{&device, 1}, one.overrides, now, std::nullopt});
        check_slot(one, now, result);
        check_course(one, now, result);
        check_ends(one, now, result);
    }
}

// A lease's end, walked edge by edge over months: where a plan says that nothing changes, nothing does.
void check_far(Case const& one, Instant now) {
    auto const subject = one.subject();
    PlannedDevice const device{Slot{7}, subject.device_id, subject.macs, 0};
    auto const result = plan(one.policy, {std::span{&device, 1}, one.overrides, now, std::nullopt});
    auto const& told = result.of(result.slots.front());
    if (!told.decision.allows()) return;
    auto const to = told.ends.value_or(now + horizon);
    for (auto at = now; at < to; at += std::chrono::hours{1} + minutes{7})
        if (decide(subject, one.overrides, at).mode != told.decision.mode)
            test::fail(one.about(now) + ": the lease outlasts the change at " + rfc3339(at));
}

constexpr test::Test tests[] = {
    {"a lease ends exactly where its answer changes, and the plan is due when anything told changes",
     [] {
         auto const first = test::first_seed("leases");
         for (std::uint64_t seed = first; seed < first + test::cases(40); ++seed) {
             random_policy::Maker maker{seed};
             auto const one = maker.make();
             check(one, maker);
         }
     }},
    {"a lease of months doesn't outlast a change either",
     [] {
         auto const first = test::first_seed("long leases");
         for (std::uint64_t seed = first; seed < first + test::cases(20); ++seed) {
             auto const one = random_policy::Maker{seed}.make();
             check_far(one, one.moment);
         }
     }},
    {"devices planned together have the same answers as each alone",
     [] {
         auto const first = test::first_seed("together");
         for (std::uint64_t seed = first; seed < first + test::cases(100); ++seed) {
             auto const one = random_policy::Maker{seed}.make();
             auto const subject = one.subject();
             std::vector<PlannedDevice> const devices{{Slot{1}, subject.device_id, subject.macs, 0},
                                                      {Slot{2}, "", {}, 0},
                                                      {Slot{3}, subject.device_id, {}, 0},
                                                      {Slot{4}, "", subject.macs, 0}};
             auto const all = plan(one.policy, {devices, one.overrides, one.moment, std::nullopt});
             for (auto const& device : devices) {
                 Subject const alone{one.policy, one.policy.profiles[0], device.device_id, device.macs};
                 auto const& told = *all.find(device.slot);
                 auto const explained = explain(alone, one.overrides, one.moment);
                 test::equal(text(told.decision), text(explained.decision), one.about(one.moment));
                 test::equal(text(told.until), text(explained.until), one.about(one.moment));
             }
         }
     }},
};

}  // namespace

int main() {
    return test::run("policy/plan (property)", tests);
}
