// What the kernel holds now under our table's name.
#pragma once

#include <optional>

#include "elements.h"
#include "netlink_socket.h"

namespace kindgate::kernel {

// Tables, sets, chains and rules are dumped one after another; if anybody changed anything meanwhile, all is dumped
// anew. nullopt: there is no table, or it isn't exactly what we would build.
Result<std::optional<Wanted>> read_table(NetlinkSocket& socket);

// The number of the ruleset's generation: it grows by one with every change that anybody makes in this network
// namespace.
Result<std::uint32_t> generation(NetlinkSocket& socket);

// The elements of one lease set of any table (the scratch table's probe).
Result<std::vector<Element>> read_elements(NetlinkSocket& socket, char const* table, char const* set);

}  // namespace kindgate::kernel
