#include "upstreams.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace kindgate::front {

namespace {

// Then its port is changed for another.
constexpr unsigned share = 256;
constexpr std::size_t longest_reply = 4096;  // we say 1,232; some send more
constexpr unsigned failures_to_die = 3;
constexpr std::chrono::seconds idle_connection{15};
constexpr std::size_t longest_backlog = 256U << 10U;

}  // namespace

struct Upstreams::Socket {
    Descriptor descriptor;
    unsigned carried = 0;
    unsigned waiting = 0;
};

struct Upstreams::Connection {
    Descriptor descriptor;
    std::vector<std::byte> out;  // not yet sent
    std::vector<std::byte> in;   // an answer that isn't whole
    unsigned waiting = 0;
    Steady::time_point used;
};

struct Upstreams::Upstream {
    Endpoint endpoint;
    SocketAddress address;
    std::array<Socket, sockets_each> sockets;
    Connection connection;
    int drawn = -1;  // this turn
    bool alive = true;
    bool keeps_case = true;
    unsigned failures = 0;
    Steady::time_point answered;
    Steady::time_point probed;
};

struct Upstreams::Buffers {
    Buffers() {
        for (std::size_t i = 0; i < at_once; ++i) {
            received[i] = {in[i].data(), in[i].size()};
            receiving[i].msg_hdr.msg_iov = &received[i];
            receiving[i].msg_hdr.msg_iovlen = 1;
        }
    }
    std::array<std::array<std::byte, longest_query>, at_once> out;
    std::array<std::uint8_t, at_once> to{};
    std::array<std::size_t, at_once> size{};
    std::array<std::array<std::byte, longest_reply>, at_once> in;
    std::array<iovec, at_once> received{};
    std::array<mmsghdr, at_once> receiving{};
};

Upstreams::Upstreams(std::vector<Endpoint> const& endpoints, Poller& poller, Random& random, Callbacks callbacks)
    : poller_(poller), random_(random), callbacks_(std::move(callbacks)), buffers_(std::make_unique<Buffers>()) {
    for (auto const& endpoint : endpoints) {
        auto& upstream = upstreams_.emplace_back();
        upstream.endpoint = endpoint;
        upstream.address = SocketAddress{endpoint};
    }
}

Upstreams::~Upstreams() = default;

std::uint8_t Upstreams::choose(unsigned attempt) const {
    std::array<std::uint8_t, 256> living;
    std::size_t count = 0;
    for (std::size_t i = 0; i < upstreams_.size(); ++i)
        if (upstreams_[i].alive) living[count++] = static_cast<std::uint8_t>(i);
    if (count == 0) return static_cast<std::uint8_t>(attempt % upstreams_.size());
    return living[attempt % count];
}

// A new socket on a new port: the kernel draws it when an unbound socket is connected.
bool Upstreams::renew(std::uint8_t upstream, std::uint8_t number) {
    auto& one = upstreams_[upstream];
    auto& socket = one.sockets[number];
    socket.descriptor = Descriptor{::socket(one.address.family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    socket.carried = 0;
    socket.waiting = 0;
    auto const descriptor = socket.descriptor.get();
    if (descriptor < 0 || connect(descriptor, one.address.get(), one.address.size()) != 0 ||
        !poller_.add(descriptor, Ready::udp_upstream, static_cast<std::uint32_t>(upstream * sockets_each + number))) {
        socket.descriptor.reset();
        return false;
    }
    int const room = 1 << 20;
    (void)setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    return true;
}

std::uint8_t Upstreams::draw(std::uint8_t upstream) {
    auto& one = upstreams_[upstream];
    auto const number = static_cast<std::uint8_t>(random_.next<std::uint8_t>() % sockets_each);
    auto& socket = one.sockets[number];
    // One that has carried its share goes on while something is on its way back to it.
    if (!socket.descriptor.open() || (socket.carried >= share && socket.waiting == 0)) (void)renew(upstream, number);
    one.drawn = number;
    return number;
}

std::span<std::byte> Upstreams::place() {
    if (queued_ == at_once) flush();
    return buffers_->out[queued_];
}

Route Upstreams::queue(std::uint8_t upstream, std::size_t size) {
    auto& one = upstreams_[upstream];
    auto const number = one.drawn >= 0 ? static_cast<std::uint8_t>(one.drawn) : draw(upstream);
    ++one.sockets[number].carried;
    ++one.sockets[number].waiting;
    buffers_->to[queued_] = upstream;
    buffers_->size[queued_] = size;
    ++queued_;
    return {upstream, number};
}

// False: its port was closed when a datagram of before arrived there.
bool Upstreams::send_queued(std::uint8_t upstream, std::uint8_t number) {
    std::array<iovec, at_once> vectors{};
    std::array<mmsghdr, at_once> messages{};
    unsigned count = 0;
    for (std::size_t at = 0; at < queued_; ++at) {
        if (buffers_->to[at] != upstream) continue;
        vectors[count] = {buffers_->out[at].data(), buffers_->size[at]};
        messages[count].msg_hdr.msg_iov = &vectors[count];
        messages[count].msg_hdr.msg_iovlen = 1;
        ++count;
    }
    auto const descriptor = upstreams_[upstream].sockets[number].descriptor.get();
    bool refused = false;
    for (unsigned sent = 0; sent < count;) {
        int const now = sendmmsg(descriptor, &messages[sent], count - sent, MSG_DONTWAIT);
        // Told by the next call; the datagram has not gone.
        if (now <= 0 && errno == ECONNREFUSED && !std::exchange(refused, true)) continue;
        sent += now > 0 ? static_cast<unsigned>(now) : 1;
    }
    return !refused;
}

void Upstreams::flush() {
    // Whoever hears of a loss may queue the query again, to any upstream.
    while (queued_ != 0) {
        std::vector<Route> refused;
        for (std::size_t i = 0; i < upstreams_.size(); ++i) {
            auto const upstream = static_cast<std::uint8_t>(i);
            if (upstreams_[i].drawn < 0) continue;
            auto const number = static_cast<std::uint8_t>(std::exchange(upstreams_[i].drawn, -1));
            if (!send_queued(upstream, number)) refused.push_back({upstream, number});
        }
        queued_ = 0;
        for (auto const route : refused) {
            died(route.upstream);
            callbacks_.lost(route);
        }
    }
}

void Upstreams::done(Route route) {
    auto& one = upstreams_[route.upstream];
    auto& waiting = route.socket == Route::tcp ? one.connection.waiting : one.sockets[route.socket].waiting;
    if (waiting > 0) --waiting;
}

void Upstreams::readable(std::uint32_t index) {
    Route const route{static_cast<std::uint8_t>(index / sockets_each), static_cast<std::uint8_t>(index % sockets_each)};
    auto const descriptor = upstreams_[route.upstream].sockets[route.socket].descriptor.get();
    int const got = recvmmsg(descriptor, buffers_->receiving.data(), at_once, MSG_DONTWAIT, nullptr);
    if (got < 0 && errno != EAGAIN && errno != EINTR) {
        // The port is closed (ICMP), or the way there is.
        died(route.upstream);
        callbacks_.lost(route);
    }
    for (int i = 0; i < got; ++i) {
        auto const& message = buffers_->receiving[static_cast<std::size_t>(i)];
        if ((message.msg_hdr.msg_flags & MSG_TRUNC) == 0)
            callbacks_.reply(route,
                             content::dns::Bytes{buffers_->in[static_cast<std::size_t>(i)]}.first(message.msg_len));
    }
}

bool Upstreams::alive(std::uint8_t upstream) const {
    return upstreams_[upstream].alive;
}

bool Upstreams::keeps_case(std::uint8_t upstream) const {
    return upstreams_[upstream].keeps_case;
}

void Upstreams::loses_case(std::uint8_t upstream) {
    upstreams_[upstream].keeps_case = false;
}

bool Upstreams::has(IpAddress const& address) const {
    return std::ranges::any_of(upstreams_, [&](Upstream const& one) { return one.endpoint.address == address; });
}

bool Upstreams::any_dead() const {
    return std::ranges::any_of(upstreams_, [](Upstream const& one) { return !one.alive; });
}

void Upstreams::answered(std::uint8_t upstream, Steady::time_point now) {
    auto& one = upstreams_[upstream];
    one.failures = 0;
    one.answered = now;
    if (std::exchange(one.alive, true)) return;
    if (callbacks_.changed) callbacks_.changed(one.endpoint, true);
}

void Upstreams::died(std::uint8_t upstream) {
    auto& one = upstreams_[upstream];
    if (!std::exchange(one.alive, false)) return;
    if (callbacks_.changed) callbacks_.changed(one.endpoint, false);
}

// Some lost datagrams are no death: nothing must have come back for as long as an attempt takes.
void Upstreams::timed_out(std::uint8_t upstream, Steady::time_point now, std::chrono::milliseconds attempt) {
    auto& one = upstreams_[upstream];
    if (++one.failures >= failures_to_die && now - one.answered >= attempt) died(upstream);
}

std::optional<std::uint8_t> Upstreams::to_probe(Steady::time_point now, std::chrono::milliseconds every) {
    for (std::size_t i = 0; i < upstreams_.size(); ++i) {
        if (upstreams_[i].alive || now - upstreams_[i].probed < every) continue;
        upstreams_[i].probed = now;
        return static_cast<std::uint8_t>(i);
    }
    return std::nullopt;
}

// --- TCP, one connection an upstream; queries are pipelined (RFC 7766, 6.2.1.1).

Route Upstreams::send_by_tcp(std::uint8_t upstream, content::dns::Bytes query, Steady::time_point now) {
    auto& one = upstreams_[upstream];
    auto& connection = one.connection;
    if (!connection.descriptor.open()) {
        connection.out.clear();
        connection.in.clear();
        connection.waiting = 0;
        connection.descriptor = Descriptor{socket(one.address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
        auto const descriptor = connection.descriptor.get();
        if (descriptor < 0 ||
            (connect(descriptor, one.address.get(), one.address.size()) != 0 && errno != EINPROGRESS) ||
            !poller_.add(descriptor, Ready::tcp_upstream, upstream, EPOLLIN | EPOLLOUT))
            connection.descriptor.reset();  // the attempt runs out
    }
    connection.used = now;
    ++connection.waiting;
    if (connection.out.size() < longest_backlog) {
        connection.out.push_back(static_cast<std::byte>(query.size() >> 8));
        connection.out.push_back(static_cast<std::byte>(query.size()));
        connection.out.insert(connection.out.end(), query.begin(), query.end());
    }
    if (connection.descriptor.open())
        (void)poller_.change(connection.descriptor.get(), Ready::tcp_upstream, upstream, EPOLLIN | EPOLLOUT);
    return {upstream, Route::tcp};
}

void Upstreams::close_connection(std::uint8_t upstream) {
    auto& connection = upstreams_[upstream].connection;
    connection.descriptor.reset();
    connection.out.clear();
    connection.in.clear();
    if (std::exchange(connection.waiting, 0) > 0) callbacks_.lost({upstream, Route::tcp});
}

void Upstreams::send_waiting(std::uint8_t upstream) {
    auto& connection = upstreams_[upstream].connection;
    auto const sent =
        send(connection.descriptor.get(), connection.out.data(), connection.out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return close_connection(upstream);
    if (sent > 0) connection.out.erase(connection.out.begin(), connection.out.begin() + sent);
    if (connection.out.empty())
        (void)poller_.change(connection.descriptor.get(), Ready::tcp_upstream, upstream, EPOLLIN);
}

// False: it has ended.
bool Upstreams::read_stream(std::uint8_t upstream) {
    auto& connection = upstreams_[upstream].connection;
    auto const before = connection.in.size();
    connection.in.resize(before + 16384);
    auto const got = recv(connection.descriptor.get(), connection.in.data() + before, 16384, MSG_DONTWAIT);
    connection.in.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return false;
    std::size_t at = 0;
    while (connection.in.size() - at >= 2) {
        auto const size =
            std::to_integer<std::size_t>(connection.in[at]) << 8 | std::to_integer<std::size_t>(connection.in[at + 1]);
        if (connection.in.size() - at - 2 < size) break;
        callbacks_.reply({upstream, Route::tcp}, content::dns::Bytes{connection.in}.subspan(at + 2, size));
        at += 2 + size;
    }
    connection.in.erase(connection.in.begin(), connection.in.begin() + static_cast<std::ptrdiff_t>(at));
    return true;
}

void Upstreams::tcp_ready(std::uint32_t index, std::uint32_t events, Steady::time_point now) {
    auto const upstream = static_cast<std::uint8_t>(index);
    auto& connection = upstreams_[upstream].connection;
    if (!connection.descriptor.open()) return;
    connection.used = now;
    if ((events & EPOLLIN) != 0 && !read_stream(upstream)) return close_connection(upstream);
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) return close_connection(upstream);
    if ((events & EPOLLOUT) != 0 && connection.descriptor.open()) send_waiting(upstream);
}

void Upstreams::close_idle(Steady::time_point now) {
    for (std::size_t i = 0; i < upstreams_.size(); ++i) {
        auto const& connection = upstreams_[i].connection;
        if (connection.descriptor.open() && connection.waiting == 0 && now - connection.used > idle_connection)
            close_connection(static_cast<std::uint8_t>(i));
    }
}

}  // namespace kindgate::front
