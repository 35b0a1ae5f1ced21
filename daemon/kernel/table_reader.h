// What the kernel holds now under our table's name.
#pragma once

#include <functional>
#include <optional>

#include "elements.h"
#include "netlink_socket.h"

namespace kindgate::kernel {

// Tables, sets, chains, rules and elements, asked for one after another.
struct Reading {
    std::optional<Wanted> content;  // nullopt: there is no table, or it isn't exactly what we would build
    // Nobody changed anything meanwhile, of whatever table, and each set came in one datagram. The kernel continues a
    // longer dump by counting elements, but moves them about for some milliseconds after a set has grown: then it
    // leaves some out, thousands even, and doesn't say so.
    bool certain = false;
};

// Reads until a reading is certain, or two in a row agree but for the ends of leases.
Result<std::optional<Wanted>> until_certain(std::function<Result<Reading>()> const& read);

// What is there: nullopt as in Reading.
Result<std::optional<Wanted>> read_table(NetlinkSocket& socket);

// The number of the ruleset's generation: it grows by one with every change that anybody makes in this network
// namespace.
Result<std::uint32_t> generation(NetlinkSocket& socket);

// The elements of one lease set of any table (the scratch table's probe).
Result<std::vector<Element>> read_elements(NetlinkSocket& socket, char const* table, char const* set);

}  // namespace kindgate::kernel
