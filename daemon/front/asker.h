// Who asked, and the way back to them.
#pragma once

#include <array>
#include <cstdint>

#include "base/ids.h"
#include "socket_address.h"

namespace kindgate::front {

struct Asker {
    static constexpr std::uint32_t by_udp = 0xffffffff;

    SocketAddress address;
    // What the client sent to (in_pktinfo's or in6_pktinfo's bytes), where the listener takes any address: the answer
    // comes from there.
    std::array<std::byte, 20> local{};
    Slot slot;
    std::uint16_t limiter_key = 0;
    std::uint16_t listener = 0;
    std::uint32_t connection = by_udp;  // TCP: its number and its use
    std::uint32_t use = 0;

    bool udp() const { return connection == by_udp; }
};

// Bits of the packet mark that are the asker's slot (docs/kernel-contract.md, chain tell_slot).
constexpr std::uint32_t slot_mask = 0x3fff;

}  // namespace kindgate::front
