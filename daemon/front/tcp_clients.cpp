#include "tcp_clients.h"

#include <netinet/tcp.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace kindgate::front {

namespace {

// A client that has so much to read yet is asked for no more questions; one that lets more come is let go.
constexpr std::size_t most_unread = 128U << 10U;
constexpr std::size_t read_at_once = 4096;

}  // namespace

TcpClients::TcpClients(Limits limits, Poller& poller, Read read)
    : limits_(limits), poller_(poller), read_(std::move(read)), connections_(limits.connections) {}

Result<Endpoint> TcpClients::listen(Endpoint const& endpoint, Poller& poller) {
    SocketAddress address{endpoint};
    Descriptor socket{::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    int const on = 1;
    auto const one = socket.get();
    if (one < 0) return socket_error("can't open a TCP socket for", endpoint);
    if (setsockopt(one, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        (address.family() == AF_INET6 && setsockopt(one, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0))
        return socket_error("can't set up", endpoint);
    if (bind(one, address.get(), address.size()) != 0 || ::listen(one, 256) != 0)
        return socket_error("can't listen on TCP", endpoint);
    socklen_t size = SocketAddress::room;
    if (getsockname(one, address.get(), &size) != 0 ||
        !poller.add(one, Ready::tcp_listener, static_cast<std::uint32_t>(listeners_.size())))
        return socket_error("can't listen on TCP", endpoint);
    listeners_.push_back(std::move(socket));
    return Endpoint{endpoint.address, address.port()};
}

void TcpClients::accept(std::uint32_t listener, Steady::time_point now) {
    SocketAddress address;
    socklen_t size = SocketAddress::room;
    Descriptor socket{accept4(listeners_[listener].get(), address.get(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (!socket.open()) return;
    std::uint32_t mark = 0;
    socklen_t mark_size = sizeof mark;
    // The asker's slot, if net.ipv4.tcp_fwmark_accept is on.
    (void)getsockopt(socket.get(), SOL_SOCKET, SO_MARK, &mark, &mark_size);
    Slot const slot{static_cast<std::uint16_t>(mark & slot_mask)};
    auto const group = slot.valid() ? slot.number() : address.group() | std::uint64_t{1} << 63;
    auto const of_one =
        std::ranges::count_if(connections_, [&](auto const& one) { return one.socket.open() && one.group == group; });
    auto const room = std::ranges::find_if(connections_, [](auto const& one) { return !one.socket.open(); });
    if (room == connections_.end() || static_cast<std::size_t>(of_one) >= limits_.of_one) return;
    auto const index = static_cast<std::uint32_t>(room - connections_.begin());
    if (!poller_.add(socket.get(), Ready::tcp_client, index)) return;
    int const on = 1;
    (void)setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto const use = room->use + 1;
    *room = {};
    room->socket = std::move(socket);
    room->address = address;
    room->slot = slot;
    room->group = group;
    room->use = use;
    room->events = EPOLLIN;
    room->active = now;
    ++open_;
}

void TcpClients::close(std::uint32_t index) {
    auto& connection = connections_[index];
    if (!connection.socket.open()) return;
    connection.socket.reset();
    connection.in = {};
    connection.out = {};
    --open_;
}

bool TcpClients::has_room(Connection const& connection) const {
    return connection.waiting < limits_.pipelined && connection.out.size() < most_unread;
}

// What we wait for now: questions only while there is room for their answers.
void TcpClients::want(std::uint32_t index) {
    auto& connection = connections_[index];
    if (!connection.socket.open()) return;
    if (connection.ended && connection.waiting == 0 && connection.out.empty()) return close(index);
    bool const room = !connection.ended && has_room(connection);
    std::uint32_t const events = (room ? EPOLLIN : 0U) | (connection.out.empty() ? 0U : EPOLLOUT);
    if (events == connection.events) return;
    connection.events = events;
    (void)poller_.change(connection.socket.get(), Ready::tcp_client, index, events);
}

void TcpClients::read(std::uint32_t index, Steady::time_point now) {
    auto& connection = connections_[index];
    auto const before = connection.in.size();
    connection.in.resize(before + read_at_once);
    auto const got = recv(connection.socket.get(), connection.in.data() + before, read_at_once, MSG_DONTWAIT);
    connection.in.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && errno != EAGAIN && errno != EINTR) return close(index);
    if (got == 0) connection.ended = true;
    read_questions(index, now);
}

void TcpClients::read_questions(std::uint32_t index, Steady::time_point now) {
    auto& connection = connections_[index];
    std::size_t at = 0;
    while (connection.in.size() - at >= 2 && has_room(connection)) {
        auto const size =
            std::to_integer<std::size_t>(connection.in[at]) << 8 | std::to_integer<std::size_t>(connection.in[at + 1]);
        if (connection.in.size() - at - 2 < size) break;
        Asker asker;
        asker.address = connection.address;
        asker.slot = connection.slot;
        asker.connection = index;
        asker.use = connection.use;
        connection.active = now;
        ++connection.waiting;
        read_(content::dns::Bytes{connection.in}.subspan(at + 2, size), asker);
        at += 2 + size;
    }
    connection.in.erase(connection.in.begin(), connection.in.begin() + static_cast<std::ptrdiff_t>(at));
    want(index);
}

void TcpClients::ready(std::uint32_t index, std::uint32_t events, Steady::time_point now) {
    auto const& connection = connections_[index];
    if (!connection.socket.open()) return;
    if ((events & EPOLLERR) != 0) return close(index);
    if ((events & EPOLLOUT) != 0) send(index);
    if (!connection.socket.open()) return;
    if ((events & (EPOLLIN | EPOLLHUP)) != 0) read(index, now);
}

void TcpClients::answer(Asker const& asker, content::dns::Bytes message, Steady::time_point now) {
    auto& connection = connections_[asker.connection];
    if (!connection.socket.open() || connection.use != asker.use) return;
    --connection.waiting;
    connection.active = now;
    // What was asked before may be answered all at once: the socket takes what it can.
    auto const too_much = [&] { return connection.out.size() + message.size() > most_unread; };
    if (!connection.deaf && too_much()) connection.deaf = !push(connection) || too_much();
    // Empty: no answer to this one, e.g. since it was none of a question.
    if (!message.empty() && !connection.deaf) {
        connection.out.push_back(static_cast<std::byte>(message.size() >> 8));
        connection.out.push_back(static_cast<std::byte>(message.size()));
        connection.out.insert(connection.out.end(), message.begin(), message.end());
    }
    if (!std::exchange(connection.unsent, true)) unsent_.push_back(asker.connection);
}

// False: the connection is broken.
bool TcpClients::push(Connection& connection) {
    if (connection.out.empty()) return true;
    auto const sent =
        ::send(connection.socket.get(), connection.out.data(), connection.out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    connection.out.erase(connection.out.begin(), connection.out.begin() + sent);
    return true;
}

void TcpClients::send(std::uint32_t index) {
    auto& connection = connections_[index];
    if (connection.deaf || !push(connection)) return close(index);
    want(index);
}

void TcpClients::flush(Steady::time_point now) {
    for (auto const index : std::exchange(unsent_, {})) {
        auto& connection = connections_[index];
        connection.unsent = false;
        if (connection.socket.open()) send(index);
        // Answers made room for questions that were read already; theirs are sent in the next turn.
        if (connection.socket.open() && connection.in.size() > 2) read_questions(index, now);
    }
}

void TcpClients::close_idle(Steady::time_point now) {
    if (open_ == 0) return;
    for (std::uint32_t index = 0; index < connections_.size(); ++index) {
        auto& connection = connections_[index];
        if (!connection.socket.open()) continue;
        // Also one whose question never ends, or who doesn't read.
        if (now - connection.active > limits_.idle && (connection.waiting == 0 || !connection.out.empty()))
            close(index);
    }
}

}  // namespace kindgate::front
