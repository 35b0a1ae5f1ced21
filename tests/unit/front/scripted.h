// A DNS front that runs on a thread of its own, clients of it, and upstreams that say what the test says. All on
// loopback, all ports free ones; nothing waits for time to pass, only for what has to come, at most five seconds.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/descriptor.h"
#include "dns_build.h"
#include "fake_leases.h"
#include "front/dns_front.h"
#include "socket_address.h"
#include "view_build.h"

namespace kindgate::test {

constexpr int longest_ms = 5000;
// For what must not come: shorter, since it is waited for to the end.
constexpr int nothing_ms = 60;

inline front::Endpoint loopback(std::uint16_t port = 0) {
    return {IpAddress{std::array<std::uint8_t, 4>{127, 0, 0, 1}}, port};
}

class Udp {
public:
    explicit Udp(front::Endpoint const& at = loopback()) {
        front::SocketAddress address{at};
        socket_ = Descriptor{::socket(address.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0)};
        int const room = 4 << 20;
        setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
        check(bind(socket_.get(), address.get(), address.size()) == 0, "bind");
        socklen_t size = front::SocketAddress::room;
        getsockname(socket_.get(), address.get(), &size);
        local_ = address.endpoint();
    }
    front::Endpoint local() const { return local_; }
    int descriptor() const { return socket_.get(); }
    void close() { socket_.reset(); }
    // All that it sends comes from this slot, as the gate's rules would say.
    void mark(std::uint32_t slot) const {
        if (setsockopt(socket_.get(), SOL_SOCKET, SO_MARK, &slot, sizeof slot) != 0) skip("SO_MARK needs root");
    }
    void send(front::Endpoint const& to, dns::Bytes bytes) const {
        front::SocketAddress const address{to};
        check(sendto(socket_.get(), bytes.data(), bytes.size(), 0, address.get(), address.size()) ==
                  static_cast<ssize_t>(bytes.size()),
              "sendto");
    }
    // The next datagram and where it came from.
    std::optional<ByteVector> receive(int longest = longest_ms) {
        pollfd waiting{socket_.get(), POLLIN, 0};
        if (::poll(&waiting, 1, longest) <= 0) return std::nullopt;
        ByteVector bytes(65535);
        front::SocketAddress address;
        socklen_t size = front::SocketAddress::room;
        auto const got = recvfrom(socket_.get(), bytes.data(), bytes.size(), 0, address.get(), &size);
        if (got < 0) return std::nullopt;
        bytes.resize(static_cast<std::size_t>(got));
        from = address.endpoint();
        return bytes;
    }
    ByteVector must_receive(std::source_location where = std::source_location::current()) {
        auto bytes = receive();
        if (!bytes) fail("nothing came", where);
        return *bytes;
    }

    front::Endpoint from;  // of the last one received

private:
    Descriptor socket_;
    front::Endpoint local_;
};

// A stream with the two bytes of length before each message.
class Tcp {
public:
    explicit Tcp(int socket) : socket_(socket) {}
    explicit Tcp(front::Endpoint const& to) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        front::SocketAddress const address{to};
        check(connect(socket_.get(), address.get(), address.size()) == 0, "connect");
    }
    void raw(dns::Bytes bytes) const {
        check(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()),
              "send");
    }
    static ByteVector framed(dns::Bytes message) {
        ByteVector bytes{static_cast<std::byte>(message.size() >> 8), static_cast<std::byte>(message.size())};
        bytes.insert(bytes.end(), message.begin(), message.end());
        return bytes;
    }
    void send(dns::Bytes message) const { raw(framed(message)); }
    // nullopt: it has ended, or nothing came.
    std::optional<ByteVector> receive(int longest = longest_ms) {
        auto const head = exactly(2, longest);
        if (!head) return std::nullopt;
        return exactly(std::to_integer<std::size_t>((*head)[0]) << 8 | std::to_integer<std::size_t>((*head)[1]),
                       longest);
    }
    ByteVector must_receive(std::source_location where = std::source_location::current()) {
        auto bytes = receive();
        if (!bytes) fail("nothing came", where);
        return *bytes;
    }

private:
    std::optional<ByteVector> exactly(std::size_t size, int longest) {
        ByteVector bytes(size);
        for (std::size_t at = 0; at < size;) {
            pollfd waiting{socket_.get(), POLLIN, 0};
            if (::poll(&waiting, 1, longest) <= 0) return std::nullopt;
            auto const got = recv(socket_.get(), bytes.data() + at, size - at, 0);
            if (got <= 0) return std::nullopt;
            at += static_cast<std::size_t>(got);
        }
        return bytes;
    }
    Descriptor socket_;
};

class TcpListener {
public:
    explicit TcpListener(front::Endpoint const& at) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        front::SocketAddress const address{at};
        int const on = 1;
        setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        check(bind(socket_.get(), address.get(), address.size()) == 0 && listen(socket_.get(), 16) == 0, "listen");
    }
    Tcp accept() const {
        pollfd waiting{socket_.get(), POLLIN, 0};
        check(::poll(&waiting, 1, longest_ms) > 0, "nobody connected");
        return Tcp{::accept(socket_.get(), nullptr, nullptr)};
    }

private:
    Descriptor socket_;
};

// A view with one profile that lets everything pass.
inline policy::View open_view() {
    policy::View view;
    view.profiles.resize(1);
    names_in(view);
    return view;
}
inline policy::NamedRule rule(std::string_view name, policy::RuleKind kind, std::uint16_t index = 0,
                              std::uint16_t profile = policy::NameRule::all_profiles,
                              policy::NameScope scope = policy::NameScope::suffix) {
    return {dns_name(name).folded(), {kind, scope, profile, index}};
}

class Front {
public:
    explicit Front(policy::View view = open_view(), front::FrontSettings settings = {}, std::size_t upstream_count = 1)
        : upstreams(upstream_count) {
        settings.listen = {loopback()};
        for (auto const& upstream : upstreams) settings.upstreams.push_back(upstream.local());
        front = value(
            front::DnsFront::create(settings, leases,
                                    {[this](front::Endpoint const&, bool answers) { ++(answers ? returned : died); },
                                     [this](Error const&) { ++refusals; },
                                     [this](front::RefusedName name) {
                                         std::scoped_lock const lock{told_mutex_};
                                         told_.push_back(std::move(name));
                                     }}));
        at = front->listening().at(0);
        show(std::move(view));
        thread_ = std::thread{[this] { front->run(); }};
    }
    ~Front() {
        front->stop();
        thread_.join();
    }
    Front(Front const&) = delete;
    Front& operator=(Front const&) = delete;

    void show(policy::View view) { front->publish(std::make_shared<policy::View const>(std::move(view))); }
    // What the front asks upstream, answered by `reply(message)`; then the client's answer.
    template <typename Reply>
    ByteVector ask(dns::Bytes query, Reply&& reply) {
        client.send(at, query);
        auto const asked = upstream().must_receive();
        auto const from = upstream().from;
        upstream().send(from, reply(asked));
        return client.must_receive();
    }
    // The answer to a query that needs no upstream.
    ByteVector ask(dns::Bytes query, std::source_location where = std::source_location::current()) {
        client.send(at, query);
        return client.must_receive(where);
    }
    Udp& upstream(std::size_t i = 0) { return upstreams[i]; }
    bool upstream_is_quiet(int longest = nothing_ms) { return !upstream().receive(longest); }

    // What was refused, as it was told.
    std::vector<front::RefusedName> told() {
        std::scoped_lock const lock{told_mutex_};
        return told_;
    }

    FakeLeases leases;
    std::vector<Udp> upstreams;
    Udp client;
    std::unique_ptr<front::DnsFront> front;
    front::Endpoint at;
    std::atomic<int> died = 0, returned = 0, refusals = 0;

private:
    std::mutex told_mutex_;
    std::vector<front::RefusedName> told_;
    std::thread thread_;
};

template <typename Done>
bool wait_until(Done done) {
    auto const until = std::chrono::steady_clock::now() + std::chrono::milliseconds{longest_ms};
    while (!done()) {
        if (std::chrono::steady_clock::now() > until) return false;
        usleep(1000);
    }
    return true;
}

}  // namespace kindgate::test
