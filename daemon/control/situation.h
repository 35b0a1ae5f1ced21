// All that a plan is made from, at one moment. Borrows everything: made anew for each use.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/flat_map.h"
#include "control/clock.h"
#include "policy/names.h"
#include "policy/plan.h"

namespace kindgate::control {

struct Situation {
    std::shared_ptr<policy::Policy const> const& policy;  // null: none is in force, so nobody has access
    std::span<policy::PlannedDevice const> devices;
    std::span<policy::Override const> overrides;
    std::vector<policy::Proved> proofs;           // by slot
    std::optional<policy::Mode> untrusted_clock;  // set: the clock can't be trusted
    std::span<std::string const> lan;
    FlatSet<std::uint32_t> lan_index;  // of those that are there
    FlatMap<Mac, Slot> const& slots;
    std::shared_ptr<policy::Names const> const& names;  // of the policy; never null
    policy::CategoryIds const& ids;
    // Set: until then the front answers also those whose names nobody filters.
    std::optional<Steady::time_point> asks_others_until;
};

}  // namespace kindgate::control
