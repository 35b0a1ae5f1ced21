// Which profile a place in the network gives. "A network by interface (with `cidr` too, both must hold); else by `cidr`
// alone, longest prefix; a device with addresses in several networks gets the first of those in the file" reads as:
//
// 1. Networks that name the device's interface come first; with a prefix, one of its addresses has to be in it. If
// several
//    hold, the first in the file.
// 2. Else each address is in the network of the longest prefix that holds it (two of the same length: the first in the
//    file); that is about nested networks and one address. Of the networks that the device's addresses are in by this,
//    the first in the file; that is about several addresses.
#include <algorithm>

#include "policy/plan.h"

namespace kindgate::policy {

namespace {

bool holds_any(Network const& network, std::span<IpAddress const> addresses) {
    return std::ranges::any_of(addresses, [&](IpAddress const& address) { return network.prefix->contains(address); });
}

Network const* by_interface(Policy const& policy, Whereabouts const& where) {
    auto const found = std::ranges::find_if(policy.networks, [&](Network const& network) {
        return !network.interface.empty() && network.interface == where.interface &&
               (!network.prefix || holds_any(network, where.addresses));
    });
    return found == policy.networks.end() ? nullptr : &*found;
}

Network const* by_address(Policy const& policy, IpAddress const& address) {
    Network const* best = nullptr;
    for (auto const& network : policy.networks) {
        if (!network.interface.empty() || !network.prefix || !network.prefix->contains(address)) continue;
        if (best == nullptr || best->prefix->length() < network.prefix->length()) best = &network;
    }
    return best;
}

// The networks stand in one vector, so the lesser pointer is the earlier in the file.
Network const* by_addresses(Policy const& policy, std::span<IpAddress const> addresses) {
    Network const* first = nullptr;
    for (auto const& address : addresses) {
        auto const* network = by_address(policy, address);
        if (network != nullptr && (first == nullptr || network < first)) first = network;
    }
    return first;
}

}  // namespace

Placement place_by_network(Policy const& policy, Whereabouts const& where) {
    auto const* network = by_interface(policy, where);
    if (network == nullptr) network = by_addresses(policy, where.addresses);
    if (network != nullptr) return {network->profile, PlacedBy::network};
    return {policy.newcomer_profile, PlacedBy::newcomer};
}

}  // namespace kindgate::policy
