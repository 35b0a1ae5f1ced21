// From flows' counters, which only grow, to what each slot has moved since the dump before. Pure.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "flow_messages.h"
#include "kernel/usage.h"

namespace kindgate::kernel {

class UsageCounter {
public:
    // A dump: begin(), each of its flows, finish().
    void begin();
    void add(FlowUse const& flow);
    std::vector<SlotUse> finish();
    // Instead, where the dump came to nothing.
    void give_up() { --dump_; }

private:
    struct Known {
        std::uint64_t octets = 0;
        std::uint32_t dump = 0;  // that had it last
    };

    std::unordered_map<std::uint32_t, Known> flows_;            // by the kernel's id
    std::unordered_map<std::uint16_t, std::uint64_t> by_slot_;  // in this dump
    std::uint32_t dump_ = 0;
};

}  // namespace kindgate::kernel
