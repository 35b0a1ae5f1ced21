#include "enforcer.h"

#include <algorithm>

namespace kindgate::control {

namespace {

policy::Plan plan_at(Situation const& situation, policy::Instant at) {
    if (situation.policy == nullptr) return {};
    return policy::plan({.policy = *situation.policy,
                         .devices = situation.devices,
                         .overrides = situation.overrides,
                         .now = at,
                         .untrusted_clock = situation.untrusted_clock});
}

// What the kernel shall hold for this plan. `now` only relates the two clocks; the leases are those of `plan`.
kernel::Wanted wanted_for(policy::Plan const& plan, Situation const& situation, Moment const& now) {
    kernel::Wanted wanted;
    wanted.lan = situation.lan;
    wanted.slots = situation.slots;
    for (auto const& lease : plan.access) {
        std::optional<Steady::time_point> end;
        if (lease.ends) end = now.steady_at(*lease.ends);
        if (!end || *end >= now.steady + Enforcer::shortest_lease) wanted.access.emplace(lease.slot, end);
    }
    wanted.learning.insert(plan.learning.begin(), plan.learning.end());
    return wanted;
}

}  // namespace

Result<kernel::Applied> Enforcer::replan(Situation const& situation, Moment const& now) {
    plan_ = plan_at(situation, now.instant());
    wanted_ = wanted_for(plan_, situation, now);
    sendable_ = false;
    set_stage(Stage::far);
    return table_.apply(wanted_);
}

void Enforcer::set_stage(Stage stage) {
    stage_ = stage;
    wake_.reset();
    if (!plan_.next_edge) return;
    switch (stage) {
        case Stage::far: wake_ = *plan_.next_edge - extend_before; return;
        case Stage::extended: wake_ = *plan_.next_edge - prepare_before; return;
        case Stage::prepared: wake_ = *plan_.next_edge; return;
    }
}

Result<bool> Enforcer::approach(Situation const& situation, Clock const& clock) {
    if (!plan_.next_edge) return false;
    auto now = clock.now();
    if (now.calendar >= *plan_.next_edge) {
        if (sendable_) KG_TRY(table_.send_prepared());
        return true;
    }
    if (stage_ == Stage::far && now.calendar >= *plan_.next_edge - extend_before) {
        set_stage(Stage::extended);
        KG_TRY(extend(situation, now));
        now = clock.now();
    }
    if (stage_ == Stage::extended && now.calendar >= *plan_.next_edge - prepare_before) {
        set_stage(Stage::prepared);
        KG_TRY(prepare(situation, now));
    }
    return false;
}

Result<void> Enforcer::extend(Situation const& situation, Moment const& now) {
    auto const then = wanted_for(plan_at(situation, *plan_.next_edge), situation, now);
    auto extended = wanted_;
    for (auto& [slot, end] : extended.access) {
        auto const goes_on = then.access.find(slot);
        if (goes_on == then.access.end()) continue;
        if (then.learning.contains(slot) && !wanted_.learning.contains(slot)) continue;
        end = goes_on->second;
    }
    if (extended == wanted_) return {};
    KG_TRY(table_.apply(extended));
    wanted_ = std::move(extended);
    return {};
}

Result<void> Enforcer::prepare(Situation const& situation, Moment const& now) {
    auto const then = wanted_for(plan_at(situation, *plan_.next_edge), situation, now);
    bool const begins = std::ranges::any_of(then.access, [&](auto const& lease) {
        auto const held = wanted_.access.find(lease.first);
        return held == wanted_.access.end() || held->second != lease.second;
    });
    if (!begins && then.learning == wanted_.learning) return {};
    KG_TRY(table_.prepare(then));
    sendable_ = true;
    return {};
}

}  // namespace kindgate::control
