// plan(): from policy, ledger facts and the instant to the leases that the kernel shall hold. Pure: same input, same
// output.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "policy/decide.h"
#include "policy/model.h"

namespace kindgate::policy {

// A device with a slot, as the ledger and the network tell it. Borrowed for the call.
struct PlannedDevice {
    Slot slot;
    std::string_view device_id;  // "" : nobody has placed it
    std::span<Mac const> macs;
    // None: a newcomer where the policy has no newcomer profile: no access, whatever overrides say; rule
    // "newcomer_profile".
    std::optional<std::size_t> profile;
};

// A proof of age that was shown and accepted: it opens a category that has an age gate, on one device. Only that: it
// changes no mode, and no window or block makes way for it.
struct Proved {
    Slot slot;
    std::string category;
    std::uint8_t min_age = 0;  // years that were proved: a gate that asks for more stays closed
    Instant ends{};
    bool operator==(Proved const&) const = default;
};

struct PlanInput {
    std::span<PlannedDevice const> devices;  // by slot; slots are unique
    std::span<Override const> overrides;
    Instant now;
    // Set while the clock can't be trusted: profiles that depend on time have this mode, without overrides (their ends
    // can't be known, nor those of proofs, so none opens anything) and the rule "untrusted_clock"; the others are as
    // always. Leases given so end within two days.
    std::optional<Mode> untrusted_clock;
    std::span<Proved const> proofs{};  // by slot; ended ones may be among them
};

// A category that windows are about and none withholds now, or that a proof of age has opened.
struct CategoryLease {
    std::string category;
    // The first later instant at which it is withheld, its proof ends or the mode differs; as Outcome::ends where there
    // is none.
    std::optional<Instant> ends;
    bool operator==(CategoryLease const&) const = default;
};

// What a profile, or a device that has words of its own, may do from the plan's instant on.
struct Outcome {
    std::size_t profile = 0;  // index; one past the last: a device without a profile
    Decision decision;
    // As Explanation; the horizon is counted from the UTC day's beginning.
    std::optional<Instant> until;
    // Of the access lease that is held in OPEN and LEARNING: the first later instant at which the mode differs (OPEN to
    // LEARNING, too: nobody may be there to tell the kernel). If there is none within the horizon: none if neither
    // clock nor override bears on the answer, else about the horizon, at a midnight UTC so that plans of one day are
    // equal; it is due a day earlier then. A lease never outlasts the next change
    // (tests/unit/policy/plan_property_test.cpp).
    std::optional<Instant> ends;
    // The first later instant at which mode, reason or withheld categories change, or a lease has to be given anew.
    std::optional<Instant> due;
    std::vector<Withheld> withheld;  // by category
    // Categories with an age gate that proofs have opened, by category, each with its proof's end.
    std::vector<CategoryLease> opened;
    std::vector<CategoryLease> leases;  // by category; held in OPEN, and in LEARNING if the category is for learning
    bool operator==(Outcome const&) const = default;
};

struct PlannedSlot {
    Slot slot;
    std::uint32_t outcome = 0;  // index into Plan::outcomes
    bool operator==(PlannedSlot const&) const = default;
};

struct Plan {
    // First one for each profile of the policy, in its order: what goes for a device that no word names. Then that of
    // a device without a profile, then those of devices with words of their own.
    std::vector<Outcome> outcomes;
    std::vector<PlannedSlot> slots;  // one for each device of the input, in its order
    // When another plan is due: the earliest of its devices' outcomes.
    std::optional<Instant> next_edge;
    bool operator==(Plan const&) const = default;

    Outcome const& of(PlannedSlot const& planned) const { return outcomes[planned.outcome]; }
    // Null: no device of the plan has this slot.
    Outcome const* find(Slot slot) const;
};

// A profile's outcome, what it was made from, and when it is the same.
struct KnownOutcome {
    Outcome outcome;
    std::vector<Override> overrides;
    std::optional<Mode> untrusted_clock;
    Interval holds;
};

// Plans for one policy, again and again. What it found out about a profile it remembers until that is due, so that one
// person's word costs the walks of those whom it names, and an edge the walks of those who have one. It makes no other
// difference: the same input gives the same plan (tests/unit/policy/planner_property_test.cpp). Any instant may follow
// any other.
class Planner {
public:
    // The policy must outlive the planner.
    explicit Planner(Policy const& policy);

    Plan plan(PlanInput const& input);

private:
    Policy const* policy_;
    std::vector<std::optional<KnownOutcome>> known_;  // by profile
};

inline Plan plan(Policy const& policy, PlanInput const& input) {
    return Planner{policy}.plan(input);
}

// Which profile applies to a device that nobody has placed by file or hand (DESIGN: "which profile").
struct Whereabouts {
    std::string_view interface;
    std::span<IpAddress const> addresses;
};
enum class PlacedBy : std::uint8_t { file, hand, network, newcomer };
struct Placement {
    std::optional<std::size_t> profile;  // none: no newcomer profile
    PlacedBy by = PlacedBy::newcomer;
    bool operator==(Placement const&) const = default;
};
Placement place_by_network(Policy const& policy, Whereabouts const& where);

}  // namespace kindgate::policy
