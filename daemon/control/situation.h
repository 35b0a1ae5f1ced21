// All that a plan is made from, at one moment. Borrows from devices and overrides: made anew for each use.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "policy/plan.h"

namespace kindgate::control {

struct Situation {
    policy::Policy const* policy = nullptr;  // null: none is in force, so nobody has access
    std::vector<policy::PlannedDevice> devices;
    std::span<policy::Override const> overrides;
    std::optional<policy::Mode> untrusted_clock;  // set: the clock can't be trusted
    std::set<std::string> lan;
    std::map<Mac, Slot> slots;
};

}  // namespace kindgate::control
