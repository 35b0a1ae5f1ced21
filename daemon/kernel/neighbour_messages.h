// rtnetlink messages about neighbours and links, from bytes to facts.
#pragma once

#include <optional>
#include <string>

#include "base/ids.h"
#include "base/ip.h"
#include "message.h"

namespace kindgate::kernel {

// RTM_NEWNEIGH or RTM_DELNEIGH of an IPv4 or IPv6 neighbour. The kernel tells the hardware address only while it is
// sure of it: an entry that failed comes without.
struct NeighbourFact {
    int interface = 0;  // index
    IpAddress address;
    std::optional<Mac> mac;  // an Ethernet address that a device can have
    bool present = false;    // REACHABLE, STALE, DELAY, PROBE or PERMANENT, and not deleted
    bool operator==(NeighbourFact const&) const = default;
};
std::optional<NeighbourFact> parse_neighbour(Message const& message);

// RTM_NEWLINK or RTM_DELLINK. A bridge tells of its ports by the same messages with its own family: those are left out.
struct LinkFact {
    int interface = 0;  // index
    std::string name;
    bool exists = false;
    bool up = false;
    std::optional<Mac> mac;  // the machine's own on this link
    bool operator==(LinkFact const&) const = default;
};
std::optional<LinkFact> parse_link(Message const& message);

}  // namespace kindgate::kernel
