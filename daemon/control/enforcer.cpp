#include "enforcer.h"

#include <algorithm>

namespace kindgate::control {

namespace {

// What the kernel shall hold for this plan. `now` only relates the two clocks; the leases are those of `plan`.
kernel::Wanted wanted_for(policy::Plan const& plan, Situation const& situation, Moment const& now) {
    std::vector<decltype(kernel::Wanted::access)::value_type> access;
    std::vector<Slot> learning;
    access.reserve(plan.slots.size());
    for (auto const& planned : plan.slots) {
        auto const& outcome = plan.of(planned);
        if (outcome.decision.mode == policy::Mode::learning) learning.push_back(planned.slot);
        if (!outcome.decision.allows()) continue;
        std::optional<Steady::time_point> end;
        if (outcome.ends) end = now.steady_at(*outcome.ends);
        if (!end || *end >= now.steady + Enforcer::shortest_lease) access.emplace_back(planned.slot, end);
    }
    kernel::Wanted wanted;
    wanted.lan = {situation.lan.begin(), situation.lan.end()};
    wanted.slots = situation.slots;
    wanted.access = {sorted_unique, std::move(access)};
    wanted.learning = {sorted_unique, std::move(learning)};
    return wanted;
}

}  // namespace

policy::Plan Enforcer::plan_at(Situation const& situation, policy::Instant at) {
    if (policy_ != situation.policy) {
        planner_.reset();
        policy_ = situation.policy;
        if (policy_) planner_.emplace(*policy_);
    }
    if (!planner_) return {};
    return planner_->plan({situation.devices, situation.overrides, at, situation.untrusted_clock});
}

void Enforcer::replan(Situation const& situation, Moment const& now) {
    plan_ = plan_at(situation, now.instant());
    wanted_ = wanted_for(plan_, situation, now);
    sendable_ = false;
    set_stage(Stage::far);
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
