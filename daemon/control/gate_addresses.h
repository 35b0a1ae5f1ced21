// The gate's own addresses, as its devices see them.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/ip.h"

namespace kindgate::control {

struct GateAddresses {
    std::optional<IpAddress> v4;
    std::optional<IpAddress> v6;
};

// The first of each family on these interfaces, in their order; none that is link-local: it means nothing without the
// interface. Asks the kernel.
GateAddresses gate_addresses(std::span<std::string const> interfaces);

}  // namespace kindgate::control
