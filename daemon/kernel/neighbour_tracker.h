// Keeps what the messages alone don't say: which interface an index means, and whose hardware address an entry had that
// now has failed. Pure; told by facts, tells by return values.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kernel/neighbours.h"
#include "neighbour_messages.h"

namespace kindgate::kernel {

class NeighbourTracker {
public:
    explicit NeighbourTracker(std::vector<std::string> const& interfaces)
        : watched_(interfaces.begin(), interfaces.end()) {}

    // What changed of the watched interfaces: none, one, or two after a rename.
    std::vector<Link> link(LinkFact const& fact);
    // A link that was known by another name: entries told under neither name may be ours from now on. Or with another
    // address of its own: what is a device and what is this machine has to be judged anew.
    bool renames(LinkFact const& fact) const;
    // None; one; or two, if the address went over to another device.
    std::vector<Neighbour> neighbour(NeighbourFact const& fact);

    // Before a full dump: forgets all entries, or all links.
    void forget_neighbours() { macs_.clear(); }
    void forget_links();
    // After a full dump: what is there, and the watched interfaces one by one (missing ones are down).
    std::vector<Neighbour> all() const;
    std::vector<Link> links() const;

private:
    struct Known {
        std::string name;
        bool up = false;
        std::optional<Mac> mac;
    };
    std::string const* watched_name(int interface) const;
    // This machine's own address, on whatever link: it hears its own router advertisements and takes itself for a
    // neighbour.
    bool own(Mac mac) const;

    std::set<std::string> watched_;
    std::map<int, Known> links_;                     // by index
    std::map<std::pair<int, IpAddress>, Mac> macs_;  // present entries of watched interfaces
};

}  // namespace kindgate::kernel
