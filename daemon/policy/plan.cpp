// One walk for each profile is enough: devices of a profile differ only by overrides that name the device or one of its
// addresses, and by proofs of age. Those devices walk on their own, each time; a profile walks again only when its last
// outcome no longer holds.
#include "policy/plan.h"

#include <algorithm>
#include <cassert>
#include <unordered_map>

#include "walk.h"

namespace kindgate::policy {

namespace {

// A lease whose end nobody knows ends at a round date, so that plans made on one day are equal, and is given anew a day
// before.
constexpr date::days renewed_before{1};
constexpr date::days unknown_clock_lease{2};

// Overrides by whom they are about.
class OverrideIndex {
public:
    using List = std::vector<Override const*>;

    OverrideIndex(std::span<Override const> all, Instant now) {
        for (auto const& given : all) {
            if (!still_matters(given, now)) continue;
            by_id_[given.who].push_back(&given);
            if (auto const mac = mac_named(given.who)) by_mac_[*mac].push_back(&given);
        }
    }

    // About all devices of the profile.
    List on_profile(Profile const& profile) const {
        List found;
        if (by_id_.empty()) return found;
        add(by_id_, std::string_view{"all"}, found);
        add(by_id_, std::string_view{profile.id}, found);
        return found;
    }
    // About this device alone.
    List on_device(PlannedDevice const& device) const {
        List found;
        if (!by_id_.empty() && !device.device_id.empty()) add(by_id_, device.device_id, found);
        if (by_mac_.empty()) return found;
        for (auto const& mac : device.macs) add(by_mac_, mac, found);
        return found;
    }

private:
    template <typename Map, typename Key>
    static void add(Map const& map, Key const& key, List& to) {
        if (auto const found = map.find(key); found != map.end())
            to.insert(to.end(), found->second.begin(), found->second.end());
    }

    std::unordered_map<std::string_view, List> by_id_;
    std::unordered_map<Mac, List> by_mac_;
};

// What can't happen needn't be looked for: most profiles have a change within a day, but those that have none would be
// walked for the whole horizon.
struct Possible {
    Possible(Profile const& profile, std::span<Override const* const> overrides) {
        for (auto const& window : profile.windows) consider(window, profile);
        for (auto const& exception : profile.exceptions)
            for (auto const& window : exception.windows) consider(window, profile);
        for (auto const* given : overrides) consider(given->mode, profile);
        if (profile.ends_on) consider(Mode::open, profile);
    }

    bool other_decision = false;
    bool other_mode = false;

private:
    void consider(Window const& window, Profile const& profile) {
        if (window.categories.empty()) consider(window.mode, profile);
    }
    void consider(Mode mode, Profile const& profile) {
        other_decision = true;
        other_mode = other_mode || mode != profile.default_mode;
    }
};

// By category: the order of the windows is none of the answer.
std::vector<Withheld> withheld_by(std::span<Occurrence const> withholding) {
    auto all = categories_of(withholding);
    std::ranges::sort(all, {}, &Withheld::category);
    return all;
}

bool is_withheld(std::span<Withheld const> all, std::string_view category) {
    return std::ranges::binary_search(all, category, {}, &Withheld::category);
}

// The gates of the profile that proofs have opened, by category.
std::vector<CategoryLease> opened_by(std::span<Proved const> proofs, Profile const& profile, Instant now) {
    std::vector<CategoryLease> opened;
    for (auto const& gate : profile.content.age_gates) {
        if (profile.content.blocks(gate.category)) continue;
        // No proof opens for longer than the gate says now: the calendar may have been ahead, or the policy another.
        auto const latest = now + gate.opens + std::chrono::seconds{1};
        std::optional<Instant> ends;
        for (auto const& proof : proofs)
            if (proof.category == gate.category && proof.min_age >= gate.min_age && proof.ends > now &&
                proof.ends <= latest)
                ends = std::max(ends, std::optional{proof.ends});
        if (ends) opened.push_back({gate.category, ends});
    }
    std::ranges::sort(opened, {}, &CategoryLease::category);
    return opened;
}

// What may be leased while no window withholds it, by category: what windows are about, but for what only a proof
// opens.
std::vector<std::string> leasable(Profile const& profile, std::span<CategoryLease const> opened) {
    auto categories = profile.timed_categories();
    for (auto const& gate : profile.content.age_gates) std::erase(categories, gate.category);
    for (auto const& one : opened) categories.push_back(one.category);
    std::ranges::sort(categories);
    return categories;
}

// A proof ends when it ends.
void end_with_proofs(Outcome& outcome) {
    for (auto const& proof : outcome.opened) {
        auto const lease = std::ranges::find(outcome.leases, proof.category, &CategoryLease::category);
        if (lease != outcome.leases.end())
            lease->ends = lease->ends ? std::min(*lease->ends, *proof.ends) : *proof.ends;
        outcome.due = outcome.due ? std::min(*outcome.due, *proof.ends) : *proof.ends;
    }
}

// Walks to the first change of mode up to `limit`, and notes the lesser changes on the way.
Outcome look_ahead(Walk& walk, std::span<std::string const> timed, Possible const& possible, Instant limit) {
    auto const now = walk.verdict();
    Outcome outcome;
    outcome.decision = {now.mode, *now.because};
    outcome.withheld = withheld_by(walk.withholding());
    for (auto const& category : timed)
        if (!is_withheld(outcome.withheld, category)) outcome.leases.push_back({category, std::nullopt});
    auto const known = [&] {
        if (outcome.ends) return true;
        if (!std::ranges::all_of(outcome.leases, [](CategoryLease const& lease) { return lease.ends.has_value(); }))
            return false;
        if (outcome.until && !possible.other_mode) return true;
        return outcome.due && !possible.other_decision;
    };
    while (!known() && walk.next() <= limit) {
        walk.advance();
        auto const& then = walk.verdict();
        bool const differs = then != now;
        auto const withheld = withheld_by(walk.withholding());
        if (!outcome.due && (differs || withheld != outcome.withheld)) outcome.due = walk.at();
        if (!outcome.until && differs) outcome.until = walk.at();
        if (then.mode != now.mode) outcome.ends = walk.at();
        for (auto& lease : outcome.leases)
            if (!lease.ends && (outcome.ends || is_withheld(withheld, lease.category))) lease.ends = walk.at();
    }
    return outcome;
}

// The answer is not known to change by then, but it may.
void end_at_the_latest(Outcome& outcome, Instant latest) {
    auto const renewal = latest - renewed_before;
    if (!outcome.ends) outcome.ends = latest;
    for (auto& lease : outcome.leases)
        if (!lease.ends) lease.ends = latest;
    outcome.due = outcome.due ? std::min(*outcome.due, renewal) : renewal;
}

// What nobody may do, or what the board says while the clock isn't trusted.
Outcome fixed(std::size_t profile, Mode mode, std::string rule, std::string text) {
    Outcome outcome;
    outcome.profile = profile;
    outcome.decision = {mode, {std::move(rule), std::move(text)}};
    return outcome;
}

// What an outcome is made from, but for the policy.
struct Facts {
    Policy const& policy;
    std::size_t index;               // of the profile
    OverrideIndex::List overrides;   // that name the profile, or the device
    std::span<Proved const> proofs;  // of the device
    std::optional<Mode> untrusted_clock;
    Instant now;
};

Outcome find_outcome(Facts const& facts, ZoneSpans& zone) {
    auto const& profile = facts.policy.profiles[facts.index];
    auto const today = std::chrono::floor<date::days>(facts.now);
    if (facts.untrusted_clock && profile.depends_on_time()) {
        auto fallback =
            fixed(facts.index, *facts.untrusted_clock, "untrusted_clock", "The gate doesn't know the time yet");
        // Of windows nobody knows anything, so they withhold no category.
        if (fallback.decision.allows())
            for (auto const& category : leasable(profile, {})) fallback.leases.push_back({category, std::nullopt});
        end_at_the_latest(fallback, today + unknown_clock_lease);
        return fallback;
    }
    Schedule const schedule{profile};
    Walk walk{schedule, profile, facts.overrides, zone, facts.now};
    auto opened = facts.untrusted_clock ? std::vector<CategoryLease>{} : opened_by(facts.proofs, profile, facts.now);
    auto found = look_ahead(walk, leasable(profile, opened), Possible{profile, facts.overrides}, today + horizon);
    found.profile = facts.index;
    found.opened = std::move(opened);
    end_with_proofs(found);
    if (!found.ends && (profile.depends_on_time() || !facts.overrides.empty()))
        end_at_the_latest(found, today + horizon);
    return found;
}

// Of the instant, an outcome depends on the UTC day alone, until what it says to change does.
KnownOutcome find_known(Facts const& facts, ZoneSpans& zone) {
    KnownOutcome known{find_outcome(facts, zone), {}, facts.untrusted_clock, {}};
    for (auto const* given : facts.overrides) known.overrides.push_back(*given);
    Instant const tomorrow = std::chrono::floor<date::days>(facts.now) + date::days{1};
    known.holds = {facts.now, std::min(known.outcome.due.value_or(tomorrow), tomorrow)};
    return known;
}

bool still_holds(KnownOutcome const& known, Facts const& facts) {
    return known.holds.contains(facts.now) && known.untrusted_clock == facts.untrusted_clock &&
           std::ranges::equal(facts.overrides, known.overrides, {}, [](auto const* given) -> auto& { return *given; });
}

// The devices, one after another, on top of what goes for their profiles.
class DevicePlanner {
public:
    DevicePlanner(Policy const& policy, PlanInput const& input, OverrideIndex const& overrides, ZoneSpans& zone,
                  Plan& plan)
        : policy_(policy), input_(input), overrides_(overrides), zone_(zone), plan_(plan) {}

    void add(PlannedDevice const& device) {
        auto const outcome = outcome_of(device);
        plan_.slots.push_back({device.slot, static_cast<std::uint32_t>(outcome)});
        auto const& due = plan_.outcomes[outcome].due;
        if (due && (!plan_.next_edge || *due < *plan_.next_edge)) plan_.next_edge = due;
    }

private:
    // Index into the plan's outcomes.
    std::size_t outcome_of(PlannedDevice const& device) {
        if (!device.profile) return policy_.profiles.size();
        auto overrides = overrides_.on_device(device);
        auto const proofs = std::ranges::equal_range(input_.proofs, device.slot, {}, &Proved::slot);
        if (overrides.empty() && proofs.empty()) return *device.profile;
        auto const& profile = policy_.profiles[*device.profile];
        auto const shared = overrides_.on_profile(profile);
        overrides.insert(overrides.end(), shared.begin(), shared.end());
        plan_.outcomes.push_back(
            find_outcome({policy_, *device.profile, std::move(overrides), std::span{proofs.begin(), proofs.end()},
                          input_.untrusted_clock, input_.now},
                         zone_));
        return plan_.outcomes.size() - 1;
    }

    Policy const& policy_;
    PlanInput const& input_;
    OverrideIndex const& overrides_;
    ZoneSpans& zone_;
    Plan& plan_;
};

}  // namespace

Outcome const* Plan::find(Slot slot) const {
    auto const found = std::ranges::lower_bound(slots, slot, {}, &PlannedSlot::slot);
    return found == slots.end() || found->slot != slot ? nullptr : &of(*found);
}

Planner::Planner(Policy const& policy) : policy_(&policy), known_(policy.profiles.size()) {}

Plan Planner::plan(PlanInput const& input) {
    assert(std::ranges::is_sorted(input.devices, {}, &PlannedDevice::slot));
    assert(std::ranges::is_sorted(input.proofs, {}, &Proved::slot));
    OverrideIndex const overrides{input.overrides, input.now};
    ZoneSpans zone{*policy_->zone};
    Plan plan;
    plan.outcomes.reserve(known_.size() + 1);
    for (std::size_t index = 0; index < known_.size(); ++index) {
        auto const& profile = policy_->profiles[index];
        Facts const facts{*policy_, index, overrides.on_profile(profile), {}, input.untrusted_clock, input.now};
        auto& known = known_[index];
        if (!known || !still_holds(*known, facts)) known = find_known(facts, zone);
        plan.outcomes.push_back(known->outcome);
    }
    plan.outcomes.push_back(fixed(known_.size(), Mode::off, "newcomer_profile", "Nobody has placed this device yet"));
    DevicePlanner devices{*policy_, input, overrides, zone, plan};
    plan.slots.reserve(input.devices.size());
    for (auto const& device : input.devices) devices.add(device);
    return plan;
}

}  // namespace kindgate::policy
