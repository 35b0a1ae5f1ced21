// Where on the network a hardware address was seen: interface and addresses, now or, for one that is away, last.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/ip.h"
#include "kernel/neighbours.h"

namespace kindgate::control {

struct Sighting {
    std::string interface;
    IpAddress address;
    bool present = false;
};

class Sightings {
public:
    // True if what is known of this address (presence, interface, addresses) is another now.
    bool update(kernel::Neighbour const& neighbour);
    // Those that are seen as present and not among `all` are not present any more; returns them.
    std::vector<kernel::Neighbour> gone(std::vector<kernel::Neighbour> const& all) const;
    void forget(Mac const& mac) { seen_.erase(mac); }

    bool present(Mac const& mac) const;
    std::vector<Mac> all_present() const;
    // The present ones, else the last known; empty if it was never seen.
    std::vector<Sighting> of(Mac const& mac) const;

private:
    std::unordered_map<Mac, std::vector<Sighting>> seen_;
};

}  // namespace kindgate::control
