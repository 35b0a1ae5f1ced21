// epoll: which of our descriptors have something for us.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <span>

#include "base/descriptor.h"

namespace kindgate::front {

enum class Ready : std::uint8_t { wake, udp_client, tcp_listener, tcp_client, udp_upstream, tcp_upstream };

class Poller {
public:
    Poller() : descriptor_(epoll_create1(EPOLL_CLOEXEC)) {}
    bool open() const { return descriptor_.open(); }

    bool add(int descriptor, Ready kind, std::uint32_t index, std::uint32_t events = EPOLLIN) const {
        return control(EPOLL_CTL_ADD, descriptor, kind, index, events);
    }
    bool change(int descriptor, Ready kind, std::uint32_t index, std::uint32_t events) const {
        return control(EPOLL_CTL_MOD, descriptor, kind, index, events);
    }
    // Until something is ready or the time is over.
    std::span<epoll_event const> wait(std::chrono::milliseconds longest) {
        int const ready = epoll_wait(descriptor_.get(), events_.data(), static_cast<int>(events_.size()),
                                     static_cast<int>(longest.count()));
        return std::span{events_}.first(ready < 0 ? 0 : static_cast<std::size_t>(ready));
    }
    static Ready kind(epoll_event const& event) { return static_cast<Ready>(event.data.u64 >> 32); }
    static std::uint32_t index(epoll_event const& event) { return static_cast<std::uint32_t>(event.data.u64); }

private:
    bool control(int what, int descriptor, Ready kind, std::uint32_t index, std::uint32_t events) const {
        epoll_event event{};
        event.events = events;
        event.data.u64 = std::uint64_t{static_cast<std::uint8_t>(kind)} << 32 | index;
        return epoll_ctl(descriptor_.get(), what, descriptor, &event) == 0;
    }

    Descriptor descriptor_;
    std::array<epoll_event, 128> events_{};
};

}  // namespace kindgate::front
