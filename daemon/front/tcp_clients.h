// Clients by TCP (RFC 7766): several questions on a connection without waiting, answers as they come, in any order.
// Bounded: in connections, in connections of one device, in questions waiting, in answers not read, in time without a
// question.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "asker.h"
#include "base/descriptor.h"
#include "content/dns_types.h"
#include "poller.h"
#include "upstreams.h"

namespace kindgate::front {

class TcpClients {
public:
    struct Limits {
        std::size_t connections = 256;
        std::size_t of_one = 16;
        std::uint16_t pipelined = 64;
        std::chrono::milliseconds idle{10000};
    };
    using Read = std::function<void(content::dns::Bytes, Asker const&)>;

    TcpClients(Limits limits, Poller& poller, Read read);
    Result<Endpoint> listen(Endpoint const& endpoint, Poller& poller);

    void accept(std::uint32_t listener, Steady::time_point now);
    void ready(std::uint32_t index, std::uint32_t events, Steady::time_point now);
    // An answer to a question of it; nothing where the connection has ended meanwhile. Goes out with flush().
    void answer(Asker const& asker, content::dns::Bytes message, Steady::time_point now);
    void flush(Steady::time_point now);
    bool unsent() const { return !unsent_.empty(); }
    void close_idle(Steady::time_point now);
    bool empty() const { return open_ == 0; }

private:
    struct Connection {
        Descriptor socket;
        SocketAddress address;
        Slot slot;
        std::uint64_t group = 0;  // of which limits.of_one are let in
        std::uint32_t use = 0;
        std::uint16_t waiting = 0;
        bool ended = false;   // by the client; what it asked is still answered
        bool unsent = false;  // stands in unsent_
        bool deaf = false;    // doesn't read: closed with the next flush()
        std::uint32_t events = 0;
        Steady::time_point active;
        std::vector<std::byte> in, out;
    };

    bool has_room(Connection const& connection) const;
    static bool push(Connection& connection);
    void read(std::uint32_t index, Steady::time_point now);
    void read_questions(std::uint32_t index, Steady::time_point now);
    void send(std::uint32_t index);
    void want(std::uint32_t index);
    void close(std::uint32_t index);

    Limits limits_;
    Poller& poller_;
    Read read_;
    std::vector<Descriptor> listeners_;
    std::vector<Connection> connections_;
    std::vector<std::uint32_t> unsent_;
    std::size_t open_ = 0;
};

}  // namespace kindgate::front
