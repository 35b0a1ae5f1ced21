// What the DNS programs of the bench share: IPv4 sockets, and datagrams many at a system call.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <system_error>

namespace bench {

constexpr std::size_t at_once = 64;

inline int check(int result, char const* what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

inline sockaddr_in endpoint(char const* address, char const* port) {
    sockaddr_in endpoint{};
    endpoint.sin_family = AF_INET;
    endpoint.sin_port = htons(static_cast<std::uint16_t>(std::stoul(port)));
    if (inet_pton(AF_INET, address, &endpoint.sin_addr) != 1)
        throw std::invalid_argument(std::string{address} + " is no IPv4 address");
    return endpoint;
}

struct Batch {
    Batch() {
        for (std::size_t i = 0; i < at_once; ++i) {
            vectors[i] = {bytes[i].data(), bytes[i].size()};
            messages[i].msg_hdr.msg_iov = &vectors[i];
            messages[i].msg_hdr.msg_iovlen = 1;
        }
    }
    Batch(Batch const&) = delete;
    Batch& operator=(Batch const&) = delete;
    std::array<std::array<std::byte, 1536>, at_once> bytes{};
    std::array<sockaddr_in, at_once> addresses{};
    std::array<iovec, at_once> vectors{};
    std::array<mmsghdr, at_once> messages{};
};

}  // namespace bench
