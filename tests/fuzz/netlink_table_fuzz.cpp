// What the kernel says about nftables (dumps, events, refusals) must never be read outside its bytes, nor taken for our
// table unless it is.
#include <cstdint>
#include <cstdlib>

#include "contract.h"
#include "elements.h"
#include "foreign_changes.h"
#include "netlink_socket.h"
#include "skeleton.h"

using namespace kindgate;

namespace {

void check(Slot slot, kernel::Wanted::End end) {
    if (!slot.valid() || (end && *end < kernel::Steady::time_point{})) std::abort();
}

void check(kernel::SlotCategory use) {
    if (!use.slot.valid() || use.category > category_always_reachable) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    kernel::Skeleton skeleton;
    kernel::Elements content;
    kernel::Messages messages{std::as_bytes(std::span{data, size})};
    while (auto const message = messages.next()) {
        skeleton.add(*message, kernel::contract::table);
        static_cast<void>(kernel::parse_refusal(*message));
        static_cast<void>(kernel::is_foreign_change(*message, kernel::contract::table, 1));
        if (auto const list = kernel::parse_elements(message->payload))
            static_cast<void>(kernel::collect(*list, kernel::Steady::time_point{}, content));
    }
    static_cast<void>(skeleton == kernel::wanted_skeleton());
    for (auto const* leases : {&content.leases.access, &content.leases.asked})
        for (auto const& [slot, end] : *leases) check(slot, end);
    for (auto const& [use, end] : content.leases.granted) {
        check(use.slot, end);
        check(use);
    }
    for (auto const& [mac, slot] : content.slots) check(slot, {});
    for (auto const use : content.limited) check(use);
    for (auto const slot : content.learning) check(slot, {});
    return 0;
}
