// The names that devices give themselves by DHCP, from dnsmasq's lease file: lines of
// "expiry hardware-address ip-address name client-id" ("*" for no name). Pure.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "base/ids.h"

namespace kindgate::control {

// At most this many bytes of a lease file are looked at.
inline constexpr std::size_t largest_lease_file = 4 << 20;

// Letters, digits, '-', '_' and '.' of what a device says, at most 63 of them: it is shown to people and kept.
std::string host_name_of(std::string_view said);

// Names by hardware address; of several leases the last. What can't be read is passed over: the file is another
// program's.
std::unordered_map<Mac, std::string> parse_dhcp_leases(std::string_view text);

}  // namespace kindgate::control
