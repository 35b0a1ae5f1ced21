#include "gate_addresses.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <array>
#include <cstring>
#include <memory>

namespace kindgate::control {

namespace {

std::optional<IpAddress> address_of(sockaddr const* address) {
    if (address == nullptr) return std::nullopt;
    if (address->sa_family == AF_INET) {
        std::array<std::uint8_t, 4> bytes;
        std::memcpy(bytes.data(), &reinterpret_cast<sockaddr_in const*>(address)->sin_addr, bytes.size());
        return IpAddress{bytes};
    }
    if (address->sa_family != AF_INET6) return std::nullopt;
    auto const& found = reinterpret_cast<sockaddr_in6 const*>(address)->sin6_addr;
    if (IN6_IS_ADDR_LINKLOCAL(&found)) return std::nullopt;
    std::array<std::uint8_t, 16> bytes;
    std::memcpy(bytes.data(), &found, bytes.size());
    return IpAddress{bytes};
}

}  // namespace

GateAddresses gate_addresses(std::span<std::string const> interfaces) {
    GateAddresses found;
    ifaddrs* all = nullptr;
    if (getifaddrs(&all) != 0) return found;
    std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> const owned{all, freeifaddrs};
    for (auto const& interface : interfaces)
        for (auto const* one = all; one != nullptr; one = one->ifa_next) {
            if (interface != one->ifa_name) continue;
            auto const address = address_of(one->ifa_addr);
            if (!address) continue;
            auto& place = address->family() == IpAddress::Family::v4 ? found.v4 : found.v6;
            if (!place) place = address;
        }
    return found;
}

}  // namespace kindgate::control
