// One walk for each profile is enough: devices of a profile differ only by overrides that name the device or one of its
// addresses. Those devices walk on their own.
#include "policy/plan.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "walk.h"

namespace kindgate::policy {

namespace {

// A lease whose end nobody knows ends at a round date, so that plans made on one day are equal, and is given anew a day
// before.
constexpr date::days renewed_before{1};
constexpr date::days unknown_clock_lease{2};

struct Outcome {
    Decision decision;
    std::optional<Instant> until;  // as Explanation
    std::optional<Instant> ends;   // of an access lease
    std::optional<Instant> due;    // when to look again
    std::vector<std::string> withheld;
};

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

// Sorted: another window that withholds the same is no change.
std::vector<std::string> names(std::span<Occurrence const> withholding) {
    std::vector<std::string> all;
    for (auto& withheld : categories_of(withholding)) all.push_back(std::move(withheld.category));
    std::ranges::sort(all);
    return all;
}

// Walks to the first change of mode within the horizon, and notes the lesser changes on the way.
Outcome look_ahead(Walk& walk, Possible const& possible) {
    auto const now = walk.verdict();
    auto const limit = walk.at() + horizon;
    Outcome outcome{{now.mode, *now.because}, {}, {}, {}, names(walk.withholding())};
    auto const known = [&] {
        if (outcome.ends) return true;
        if (outcome.until && !possible.other_mode) return true;
        return outcome.due && !possible.other_decision;
    };
    while (!known() && walk.next() <= limit) {
        walk.advance();
        auto const& then = walk.verdict();
        bool const differs = then != now;
        if (!outcome.due && (differs || names(walk.withholding()) != outcome.withheld)) outcome.due = walk.at();
        if (!outcome.until && differs) outcome.until = walk.at();
        if (then.mode != now.mode) outcome.ends = walk.at();
    }
    return outcome;
}

// The answer is not known to change by then, but it may.
void end_at_the_latest(Outcome& outcome, Instant latest) {
    auto const renewal = latest - renewed_before;
    if (!outcome.ends) outcome.ends = latest;
    outcome.due = outcome.due ? std::min(*outcome.due, renewal) : renewal;
}

Outcome unplaced() {
    return {{Mode::off, {"newcomer_profile", "Nobody has placed this device yet"}}, {}, {}, {}, {}};
}

class Planner {
public:
    explicit Planner(PlanInput const& input)
        : input_(&input),
          zone_(*input.policy.zone),
          overrides_(input.overrides, input.now),
          shared_(input.policy.profiles.size()),
          unplaced_(unplaced()) {}

    void add(PlannedDevice const& device) {
        if (!device.profile) return add(device.slot, unplaced_);
        auto own = overrides_.on_device(device);
        auto& shared = shared_.at(*device.profile);
        if (own.empty()) {
            if (!shared) shared = outcome(*device.profile, {});
            return add(device.slot, *shared);
        }
        add(device.slot, outcome(*device.profile, std::move(own)));
    }

    Plan finish() && { return std::move(plan_); }

private:
    void add(Slot slot, Outcome const& outcome) {
        if (outcome.decision.allows()) plan_.access.push_back({slot, outcome.ends});
        if (outcome.decision.mode == Mode::learning) plan_.learning.push_back(slot);
        plan_.slots.push_back({slot, outcome.decision, outcome.until, outcome.withheld});
        if (outcome.due && (!plan_.next_edge || *outcome.due < *plan_.next_edge)) plan_.next_edge = outcome.due;
    }

    Outcome outcome(std::size_t index, OverrideIndex::List overrides) {
        auto const& profile = input_->policy.profiles[index];
        auto const today = std::chrono::floor<std::chrono::days>(input_->now);
        if (input_->untrusted_clock && profile.depends_on_time()) {
            Outcome fallback{
                {*input_->untrusted_clock, {"untrusted_clock", "The gate doesn't know the time yet"}}, {}, {}, {}, {}};
            end_at_the_latest(fallback, today + unknown_clock_lease);
            return fallback;
        }
        auto const shared = overrides_.on_profile(profile);
        overrides.insert(overrides.end(), shared.begin(), shared.end());
        Schedule const schedule{profile};
        Walk walk{schedule, profile, overrides, zone_, input_->now};
        auto found = look_ahead(walk, Possible{profile, overrides});
        if (!found.ends && (profile.depends_on_time() || !overrides.empty())) end_at_the_latest(found, today + horizon);
        return found;
    }

    PlanInput const* input_;
    ZoneSpans zone_;
    OverrideIndex overrides_;
    std::vector<std::optional<Outcome>> shared_;  // by profile, of devices that no override names
    Outcome unplaced_;
    Plan plan_;
};

}  // namespace

Plan plan(PlanInput const& input) {
    std::vector<std::size_t> order(input.devices.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t index) { return input.devices[index].slot; });
    Planner planner{input};
    for (auto const index : order) planner.add(input.devices[index]);
    return std::move(planner).finish();
}

}  // namespace kindgate::policy
