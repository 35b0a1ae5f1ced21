// ctnetlink messages: what we ask, what the kernel tells of an entry, and how an entry is ended or moved.
#pragma once

#include <optional>
#include <vector>

#include "base/ids.h"
#include "message.h"

namespace kindgate::kernel {

// A connection tracking entry, as far as we care. The bytes are attributes copied from the kernel's message: they name
// the entry when it is spoken of again.
struct Flow {
    std::uint8_t family = 0;
    std::uint32_t mark = 0;
    std::vector<std::byte> tuple;       // payload of CTA_TUPLE_ORIG
    std::optional<std::uint16_t> zone;  // as it stands in the message; nullopt: the default zone
    bool operator==(Flow const&) const = default;
};

// The payload of a message about an entry; nullopt if it is broken or names none.
std::optional<Flow> parse_flow(Bytes payload);

// What an entry has carried.
struct FlowUse {
    std::uint32_t id = 0;  // the kernel's own for this entry
    std::uint32_t mark = 0;
    std::uint64_t octets = 0;  // both ways; 0 without accounting
    bool operator==(FlowUse const&) const = default;
};

// nullopt: it is broken, or the kernel gave no id.
std::optional<FlowUse> parse_flow_use(Bytes payload);

// Messages one after another, ready to be sent; each asks for an acknowledgement.
class FlowMessages {
public:
    explicit FlowMessages(std::uint32_t first_sequence) : next_(first_sequence) {}

    // A dump of the entries whose mark has this slot. Kernels that can't choose by mark dump all.
    void list(Slot slot);
    void list_all();
    void end(Flow const& flow);
    // Changes the bits of the slot and no others.
    void move(Flow const& flow, Slot to);

    Bytes bytes() const { return bytes_; }
    std::uint32_t last_sequence() const { return next_ - 1; }

private:
    std::uint32_t next_;
    std::vector<std::byte> bytes_;
};

}  // namespace kindgate::kernel
