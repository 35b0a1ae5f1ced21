#include "usage_counter.h"

#include <algorithm>

#include "contract.h"

namespace kindgate::kernel {

void UsageCounter::begin() {
    ++dump_;
    by_slot_.clear();
}

// In the first dump a flow may have moved its octets hours ago. An id that counts from anew is another flow's.
void UsageCounter::add(FlowUse const& flow) {
    auto& known = flows_[flow.id];
    auto const grown = flow.octets >= known.octets ? flow.octets - known.octets : flow.octets;
    known = {flow.octets, dump_};
    auto const slot = static_cast<std::uint16_t>(flow.mark & contract::slot_mask);
    if (dump_ > 1 && slot != 0 && grown != 0) by_slot_[slot] += grown;
}

// A dump may miss flows that others push aside while it runs: they are forgotten when the next one misses them, too.
std::vector<SlotUse> UsageCounter::finish() {
    std::erase_if(flows_, [&](auto const& one) { return one.second.dump + 1 < dump_; });
    std::vector<SlotUse> uses;
    for (auto const& [slot, octets] : by_slot_) uses.push_back({Slot{slot}, octets});
    std::ranges::sort(uses, {}, &SlotUse::slot);
    return uses;
}

}  // namespace kindgate::kernel
