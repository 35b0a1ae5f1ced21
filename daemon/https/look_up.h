// Where a host is. getaddrinfo(3) has no deadline and can't be stopped, so it runs on a thread that is left behind
// where patience ends first; what both sides know belongs to both.
#pragma once

#include <netdb.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "waiting.h"

namespace kindgate::https {

struct FreeAddresses {
    void operator()(addrinfo* found) const { ::freeaddrinfo(found); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

// Of stream sockets, at least one. None or not in time: unavailable.
Result<Addresses> look_up(std::string const& host, std::string const& port, Patience const& patience);

}  // namespace kindgate::https
