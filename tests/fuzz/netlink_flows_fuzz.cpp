// What the kernel says about connection tracking entries: read within its bytes; what we then say of the entry names
// the same.
#include <cstdint>
#include <cstdlib>

#include "flow_messages.h"

using namespace kindgate;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    kernel::Messages messages{std::as_bytes(std::span{data, size})};
    while (auto const message = messages.next()) {
        static_cast<void>(kernel::parse_flow_use(message->payload));
        auto const flow = kernel::parse_flow(message->payload);
        if (!flow) continue;
        kernel::FlowMessages ours{1};
        ours.end(*flow);
        ours.move(*flow, Slot{7});
        kernel::Messages again{ours.bytes()};
        for (std::uint32_t mark : {0U, 7U}) {
            auto const said = again.next();
            auto expected = *flow;
            expected.mark = mark;
            if (!said || kernel::parse_flow(said->payload) != expected) std::abort();
        }
    }
    return 0;
}
