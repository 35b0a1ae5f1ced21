// The resolvers behind us: sockets, health, and the way of a query there and of an answer back.
//
// Each upstream has a handful of connected sockets on ports that the kernel drew at random; the queries of one turn of
// the loop leave through one of them, drawn anew each turn, and a socket that has carried its share is replaced by one
// on another port. So who wants to forge an answer has to guess port and id of each query, and the batch is still one
// system call.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "content/dns_types.h"
#include "poller.h"
#include "random.h"
#include "socket_address.h"

namespace kindgate::front {

using Steady = std::chrono::steady_clock;

// The socket that a query left through: an answer by another one is none.
struct Route {
    std::uint8_t upstream = 0;
    std::uint8_t socket = 0;  // of the upstream; tcp: its connection
    static constexpr std::uint8_t tcp = 0xff;
    bool operator==(Route const&) const = default;
};

class Upstreams {
public:
    static constexpr std::size_t sockets_each = 32;
    static constexpr std::size_t longest_query = content::dns::header_size + 255 + 4 + 11;
    static constexpr std::size_t at_once = 64;

    struct Callbacks {
        std::function<void(Route, content::dns::Bytes)> reply;
        // Everything that is on the way there is lost: the port is closed, or the connection ended.
        std::function<void(Route)> lost;
        std::function<void(Endpoint const&, bool)> changed;
    };

    Upstreams(std::vector<Endpoint> const& endpoints, Poller& poller, Random& random, Callbacks callbacks);
    ~Upstreams();

    // The first that is alive, or the next one for each further attempt; where none is, all in turn.
    std::uint8_t choose(unsigned attempt) const;

    // Where a query is written to, then where it will leave. Needs flush() by and by.
    std::span<std::byte> place();
    Route queue(std::uint8_t upstream, std::size_t size);
    // By TCP, at once or as soon as the connection stands.
    Route send_by_tcp(std::uint8_t upstream, content::dns::Bytes query, Steady::time_point now);
    void flush();
    // The query that left there waits no more.
    void done(Route route);

    void readable(std::uint32_t index);
    void tcp_ready(std::uint32_t index, std::uint32_t events, Steady::time_point now);

    // A reply that matched; an attempt that didn't get one.
    void answered(std::uint8_t upstream, Steady::time_point now);
    void timed_out(std::uint8_t upstream, Steady::time_point now, std::chrono::milliseconds attempt);
    bool alive(std::uint8_t upstream) const;
    // What it answers is in the case of the question (0x20). Until it is said otherwise, for good.
    bool keeps_case(std::uint8_t upstream) const;
    void loses_case(std::uint8_t upstream);
    // One of them has this address.
    bool has(IpAddress const& address) const;
    // Dead ones whose time to be tried has come, one a call.
    std::optional<std::uint8_t> to_probe(Steady::time_point now, std::chrono::milliseconds every);
    bool any_dead() const;
    // Connections without use.
    void close_idle(Steady::time_point now);

private:
    struct Socket;
    struct Connection;
    struct Upstream;
    struct Buffers;

    bool renew(std::uint8_t upstream, std::uint8_t socket);
    std::uint8_t draw(std::uint8_t upstream);
    bool send_queued(std::uint8_t upstream, std::uint8_t number);
    void died(std::uint8_t upstream);
    void close_connection(std::uint8_t upstream);
    void send_waiting(std::uint8_t upstream);
    bool read_stream(std::uint8_t upstream);

    Poller& poller_;
    Random& random_;
    Callbacks callbacks_;
    std::vector<Upstream> upstreams_;
    std::unique_ptr<Buffers> buffers_;
    std::size_t queued_ = 0;
};

}  // namespace kindgate::front
