// Socket addresses as the kernel's calls want them; the one place that casts.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "front/dns_front.h"

namespace kindgate::front {

class SocketAddress {
public:
    SocketAddress() : v6_{} {}
    explicit SocketAddress(Endpoint const& endpoint);

    sockaddr* get() { return &any_; }
    sockaddr const* get() const { return &any_; }
    socklen_t size() const { return any_.sa_family == AF_INET ? sizeof v4_ : sizeof v6_; }
    static constexpr socklen_t room = sizeof(sockaddr_in6);
    int family() const { return any_.sa_family; }
    std::uint16_t port() const;
    Endpoint endpoint() const;
    // Of the address alone; for telling strangers apart, roughly: IPv6 ones by their /64.
    std::uint64_t group() const;

private:
    union {
        sockaddr any_;
        sockaddr_in v4_;
        sockaddr_in6 v6_;
    };
};

Error socket_error(std::string_view what, Endpoint const& endpoint);

}  // namespace kindgate::front
