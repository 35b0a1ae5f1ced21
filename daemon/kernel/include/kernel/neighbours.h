// Who is on the network: neighbour entries and links, as the kernel tells them. `Neighbours` is what tests fake;
// `kernel/nl_neighbours.h` has the real one, over libnl. Control thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/ip.h"
#include "base/result.h"

namespace kindgate::kernel {

struct Neighbour {
    std::string interface;
    Mac mac;
    IpAddress address;
    bool present = false;  // REACHABLE, STALE, DELAY, PROBE or PERMANENT; false: failed or deleted
    bool operator==(Neighbour const&) const = default;
};

struct Link {
    std::string interface;
    bool up = false;          // exists and is operationally up
    std::uint32_t index = 0;  // the kernel's number for it, in this network namespace; 0: there is no such interface
    bool operator==(Link const&) const = default;
};

class Neighbours {
public:
    virtual ~Neighbours() = default;

    struct Callbacks {
        std::function<void(Neighbour const&)> neighbour;
        std::function<void(Link const&)> link;
        // Messages were lost (ENOBUFS) and everything was dumped anew: `all` is the whole truth; whoever isn't in it is
        // gone.
        std::function<void(std::vector<Neighbour> const& all)> resynced;
    };
    // Subscribes, then dumps links and neighbours through the callbacks (resynced once). Only entries of these
    // interfaces with an Ethernet address that Mac::parse would take are told.
    virtual Result<void> start(std::vector<std::string> interfaces, Callbacks callbacks) = 0;

    // Readable when there is something to read_events(): news, or a dump after a loss that failed and is due again
    // (after 50 ms, then twice as long, at most a second).
    virtual int event_descriptor() const = 0;
    virtual void read_events() = 0;
};

}  // namespace kindgate::kernel
