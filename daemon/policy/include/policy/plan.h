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

struct PlanInput {
    Policy const& policy;
    std::span<PlannedDevice const> devices;  // slots are unique
    std::span<Override const> overrides;
    Instant now;
    // Set while the clock can't be trusted: profiles that depend on time have this mode, without overrides (their ends
    // can't be known) and the rule "untrusted_clock"; the others are as always. Leases given so end within two days.
    std::optional<Mode> untrusted_clock;
};

// Lease: access. `ends`: the first later instant at which the mode differs (OPEN to LEARNING, too: nobody may be there
// to tell the kernel). If there is none within the horizon: none if neither clock nor override bears on the answer,
// else about the horizon, at a midnight UTC so that plans of one day are equal; next_edge is a day earlier then. A
// lease never outlasts the next change (tests/unit/policy/plan_property_test.cpp).
struct AccessLease {
    Slot slot;
    std::optional<Instant> ends;
    bool operator==(AccessLease const&) const = default;
};

struct SlotDecision {
    Slot slot;
    Decision decision;
    std::optional<Instant> until;       // as Explanation
    std::vector<std::string> withheld;  // categories, sorted; enforced with content
    bool operator==(SlotDecision const&) const = default;
};

struct Plan {
    std::vector<AccessLease> access;  // by slot; modes OPEN and LEARNING
    std::vector<Slot> learning;       // by slot; a subset of access
    std::vector<SlotDecision> slots;  // by slot; every device of the input
    // The first instant after `now` at which another plan is due: mode, reason or withheld categories of some device
    // change, or a lease has to be given anew.
    std::optional<Instant> next_edge;
    bool operator==(Plan const&) const = default;
};

Plan plan(PlanInput const& input);

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
