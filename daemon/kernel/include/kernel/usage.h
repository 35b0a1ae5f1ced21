// How much each slot moves over the network, by the kernel's accounting of flows (net.netfilter.nf_conntrack_acct). No
// names, no addresses. `Usage` is what tests fake; `kernel/conntrack_usage.h` has the real one. Control thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace kindgate::kernel {

struct SlotUse {
    Slot slot;
    std::uint64_t octets = 0;  // both ways, headers included
    bool operator==(SlotUse const&) const = default;
};

class Usage {
public:
    using Answer = std::function<void(std::vector<SlotUse> const&)>;

    virtual ~Usage() = default;
    // `answer` is told, by slot, what was moved since the answer before; of the first one nothing.
    virtual void on_answer(Answer answer) = 0;
    // Asks the kernel, and returns at once. What is asked before an answer came takes its place.
    virtual Result<void> ask() = 0;
    // The descriptor to poll for reading; at readability call read_events(), which takes a piece of the answer: a
    // school's flows are read in many, with other work between.
    virtual int event_descriptor() const = 0;
    virtual void read_events() = 0;
};

}  // namespace kindgate::kernel
