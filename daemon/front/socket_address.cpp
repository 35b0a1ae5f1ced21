#include "socket_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace kindgate::front {

SocketAddress::SocketAddress(Endpoint const& endpoint) : v6_{} {
    auto const bytes = endpoint.address.bytes();
    if (endpoint.address.family() == IpAddress::Family::v4) {
        v4_.sin_family = AF_INET;
        v4_.sin_port = htons(endpoint.port);
        std::memcpy(&v4_.sin_addr, bytes.data(), bytes.size());
    } else {
        v6_.sin6_family = AF_INET6;
        v6_.sin6_port = htons(endpoint.port);
        std::memcpy(&v6_.sin6_addr, bytes.data(), bytes.size());
    }
}

std::uint16_t SocketAddress::port() const {
    return ntohs(family() == AF_INET ? v4_.sin_port : v6_.sin6_port);
}

Endpoint SocketAddress::endpoint() const {
    if (family() == AF_INET) {
        std::array<std::uint8_t, 4> bytes{};
        std::memcpy(bytes.data(), &v4_.sin_addr, bytes.size());
        return {IpAddress{bytes}, port()};
    }
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &v6_.sin6_addr, bytes.size());
    return {IpAddress{bytes}, port()};
}

std::uint64_t SocketAddress::group() const {
    std::uint64_t group = 0;
    if (family() == AF_INET)
        std::memcpy(&group, &v4_.sin_addr, sizeof v4_.sin_addr);
    else
        std::memcpy(&group, &v6_.sin6_addr, sizeof group);
    return group * 0x9e3779b97f4a7c15 >> 32;
}

Error socket_error(std::string_view what, Endpoint const& endpoint) {
    auto const address = endpoint.address.text();
    if (endpoint.address.family() == IpAddress::Family::v4)
        return Error::from_errno(errno, fmt::format("{} {}:{}", what, address, endpoint.port));
    return Error::from_errno(errno, fmt::format("{} [{}]:{}", what, address, endpoint.port));
}

}  // namespace kindgate::front
