// What the kernel says about neighbours and links: read within its bytes, and only devices that can be are told.
#include <cstdint>
#include <cstdlib>

#include "neighbour_messages.h"
#include "neighbour_tracker.h"

using namespace kindgate;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    kernel::NeighbourTracker tracker{{"lo", "br-lan", "lan0"}};
    kernel::Messages messages{std::as_bytes(std::span{data, size})};
    while (auto const message = messages.next()) {
        if (auto const link = kernel::parse_link(*message)) {
            tracker.renames(*link);
            tracker.link(*link);
        }
        auto const neighbour = kernel::parse_neighbour(*message);
        if (!neighbour) continue;
        for (auto const& told : tracker.neighbour(*neighbour))
            if (!Mac::parse(told.mac.text()).ok()) std::abort();
    }
    if (tracker.links().size() != 3) std::abort();
    for (auto const& one : tracker.all())
        if (!one.present) std::abort();
    return 0;
}
