#include "enforcer.h"

#include <algorithm>
#include <array>

namespace kindgate::control {

namespace {

using kernel::SlotCategory;
using End = kernel::Wanted::End;

// What the kernel shall hold for each slot with one outcome. Many slots share one, so it is made once.
struct Share {
    std::optional<End> access;
    std::optional<End> asked;
    bool learns = false;
    std::vector<CategoryId> limited;
    std::vector<std::pair<CategoryId, End>> granted;
};

// Puts together what the kernel shall hold for a plan. `now` only relates the two clocks; the leases are those of
// `plan`.
class Wanting {
public:
    Wanting(policy::Plan const& plan, Situation const& situation, Moment const& now)
        : plan_(plan), situation_(situation), now_(now) {}

    kernel::Wanted all() && {
        std::vector<Share> shares;
        shares.reserve(plan_.outcomes.size());
        for (auto const& outcome : plan_.outcomes) shares.push_back(share(outcome));
        access_.reserve(plan_.slots.size());
        asked_.reserve(plan_.slots.size());
        for (auto const& planned : plan_.slots) add(planned.slot, shares[planned.outcome]);
        return {{situation_.lan.begin(), situation_.lan.end()},
                situation_.slots,
                {sorted_unique, std::move(access_)},
                {sorted_unique, std::move(learning_)},
                {sorted_unique, std::move(asked_)},
                {sorted_unique, std::move(limited_)},
                {sorted_unique, std::move(granted_)},
                situation_.lan_index};
    }

private:
    // Until when a lease that ends at this instant holds; nothing if that is too soon to give one.
    std::optional<End> until(std::optional<policy::Instant> ends) const {
        if (!ends) return End{};
        auto const end = now_.steady_at(*ends);
        if (end < now_.steady + Enforcer::shortest_lease) return std::nullopt;
        return End{end};
    }

    Share share(policy::Outcome const& outcome) const {
        Share share;
        share.learns = outcome.decision.mode == policy::Mode::learning;
        bool const open = outcome.decision.allows() && !share.learns;
        if (open) share.access = until(outcome.ends);
        bool const ruled = outcome.profile < situation_.names->profiles.size() && !outcome.decision.lapsed();
        // Without end where a name may be refused: a dead front answers nothing. For others it soon makes way.
        if (!open || (ruled && filters(outcome.profile)))
            share.asked = End{};
        else if (situation_.asks_others_until)
            share.asked = situation_.asks_others_until;
        if (!ruled) return share;
        auto const& rules = situation_.names->profiles[outcome.profile];
        if (rules.resolved_only == policy::Switch::on) share.limited.push_back(category_unknown);
        rules.limited.each([&](CategoryId id) { share.limited.push_back(id); });
        if (outcome.decision.allows()) share.granted = granted(outcome, rules, share.learns);
        return share;
    }

    // By category number, as the kernel's set is sorted.
    std::vector<std::pair<CategoryId, End>> granted(policy::Outcome const& outcome, policy::ViewProfile const& rules,
                                                    bool learns) const {
        std::array<std::optional<End>, 64> ends{};
        for (auto const& lease : outcome.leases) {
            auto const id = situation_.ids.of(lease.category);
            if (!learns || rules.learning.has(id)) ends.at(id) = until(lease.ends);
        }
        if (learns && situation_.ids.learning != 0) ends.at(situation_.ids.learning) = until(outcome.ends);
        std::vector<std::pair<CategoryId, End>> granted;
        for (CategoryId id = first_category; id <= last_category; ++id)
            if (auto const& end = ends.at(id)) granted.emplace_back(id, *end);
        return granted;
    }

    // Now or later some names are not for this profile: the gate has to answer its questions, or to tell why nothing
    // works.
    bool filters(std::size_t profile) const {
        auto const& rules = situation_.policy->profiles[profile];
        return rules.content.filters() || rules.may_be_without_access() ||
               !situation_.names->profiles[profile].timed.empty();
    }

    void add(Slot slot, Share const& share) {
        if (share.access) access_.emplace_back(slot, *share.access);
        if (share.asked) asked_.emplace_back(slot, *share.asked);
        if (share.learns) learning_.push_back(slot);
        for (auto const id : share.limited) limited_.push_back({slot, id});
        for (auto const& [id, end] : share.granted) granted_.emplace_back(SlotCategory{slot, id}, end);
    }

    policy::Plan const& plan_;
    Situation const& situation_;
    Moment const& now_;
    std::vector<std::pair<Slot, End>> access_;
    std::vector<Slot> learning_;
    std::vector<std::pair<Slot, End>> asked_;
    std::vector<SlotCategory> limited_;
    std::vector<std::pair<SlotCategory, End>> granted_;
};

kernel::Wanted wanted_for(policy::Plan const& plan, Situation const& situation, Moment const& now) {
    return Wanting{plan, situation, now}.all();
}

// Some lease is there then that isn't held now, or with another end.
template <typename Key>
bool begins(FlatMap<Key, End> const& then, FlatMap<Key, End> const& held) {
    return std::ranges::any_of(then, [&](auto const& lease) {
        auto const found = held.find(lease.first);
        return found == held.end() || found->second != lease.second;
    });
}

}  // namespace

policy::Plan Enforcer::plan_at(Situation const& situation, policy::Instant at) {
    if (policy_ != situation.policy) {
        planner_.reset();
        policy_ = situation.policy;
        if (policy_) planner_.emplace(*policy_);
    }
    if (!planner_) return {};
    return planner_->plan({situation.devices, situation.overrides, at, situation.untrusted_clock, situation.proofs});
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
    auto const edge = now.steady_at(*plan_.next_edge);
    for (auto& [key, end] : extended.granted) {
        if (!extended.learning.contains(key.slot) || !then.access.contains(key.slot)) continue;
        if (auto const goes_on = then.granted.find(key); goes_on != then.granted.end())
            end = goes_on->second;
        else if (!then.limited.contains(key))
            end = edge + extend_before;
    }
    if (extended == wanted_) return {};
    KG_TRY(table_.apply(extended));
    wanted_ = std::move(extended);
    return {};
}

Result<void> Enforcer::prepare(Situation const& situation, Moment const& now) {
    auto const then = wanted_for(plan_at(situation, *plan_.next_edge), situation, now);
    bool const same_sets =
        then.learning == wanted_.learning && then.limited == wanted_.limited && then.asked == wanted_.asked;
    if (same_sets && !begins(then.access, wanted_.access) && !begins(then.granted, wanted_.granted)) return {};
    KG_TRY(table_.prepare(then));
    sendable_ = true;
    return {};
}

}  // namespace kindgate::control
