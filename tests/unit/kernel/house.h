// A house for a test of real packets: the test's own network namespace is the gate, two more are a device in its LAN
// and the internet. Namespaces without names: they end with the process.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "base/ids.h"
#include "namespace.h"
#include "test.h"

namespace kindgate::test {

// A file descriptor that is closed.
class Handle {
public:
    explicit Handle(int number = -1) : number_(number) {}
    Handle(Handle&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Handle() {
        if (number_ >= 0) close(number_);
    }
    int get() const { return number_; }

private:
    int number_;
};

// Who: sockets and commands of this host.
enum class Host { gate, kid, net };

class House {
public:
    static constexpr Mac kid_mac{{2, 0, 0, 0, 0, 1}};

    // The calling thread is on the gate, in a namespace of its own (enter_namespace()).
    House() : gate_(here()), kid_(fresh()), net_(fresh()) {
        auto const path = [](Handle const& space) { return fmt::format("/proc/{}/fd/{}", getpid(), space.get()); };
        // No address has to wait for another host's word that it is free.
        for (auto const host : {Host::gate, Host::kid, Host::net})
            run_on(host, "sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0");
        run("ip link add lan0 type veth peer name kid0 address 02:00:00:00:00:01 && ip link add wan0 type veth peer "
            "name net0 && ip link set kid0 netns " +
            path(kid_) + " && ip link set net0 netns " + path(net_));
        run("for f in net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.icmp_ratelimit=0 "
            "net.ipv6.icmp.ratelimit=0 net.ipv4.tcp_fwmark_accept=1; do sysctl -qw $f || exit 1; done");
        run("ip addr add 10.7.0.1/24 dev lan0 && ip addr add fd07::1/64 dev lan0 && ip addr add 192.0.2.1/24 dev "
            "wan0 && ip addr add 2001:db8::1/64 dev wan0 && ip link set lan0 up && ip link set wan0 up");
        run_on(Host::kid,
               "ip link set lo up && ip addr add 10.7.0.2/24 dev kid0 && ip addr add fd07::2/64 dev kid0 && ip "
               "link set kid0 up && ip route add default via 10.7.0.1 && ip -6 route add default via fd07::1");
        run_on(Host::net,
               "ip link set lo up && ip addr add 192.0.2.2/24 dev net0 && ip addr add 2001:db8::2/64 dev net0 && ip "
               "addr add 192.0.2.3/24 dev net0 && ip addr add 2001:db8::3/64 dev net0 && "
               "ip link set net0 up && ip route add default via 192.0.2.1 && ip -6 route add default via 2001:db8::1");
    }

    // Calls it with the thread on that host.
    template <typename Work>
    auto on(Host host, Work work) const {
        enter(space(host));
        struct Home {
            Handle const& gate;
            ~Home() { enter(gate); }
        } const home{gate_};
        return work();
    }
    void run_on(Host host, std::string const& command,
                std::source_location where = std::source_location::current()) const {
        on(host, [&] { run(command, where); });
    }

private:
    static Handle here() { return Handle{open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)}; }
    static void enter(Handle const& space) { check(setns(space.get(), CLONE_NEWNET) == 0, "entering a namespace"); }
    Handle fresh() const {
        check(unshare(CLONE_NEWNET) == 0, "a network namespace");
        auto space = here();
        enter(gate_);
        return space;
    }
    Handle const& space(Host host) const { return host == Host::gate ? gate_ : host == Host::kid ? kid_ : net_; }

    Handle gate_;
    Handle kid_;
    Handle net_;
};

// An address and a port, of either family.
class Endpoint {
public:
    Endpoint(std::string const& address, std::uint16_t port) {
        auto& four = reinterpret_cast<sockaddr_in&>(storage_);
        auto& six = reinterpret_cast<sockaddr_in6&>(storage_);
        if (inet_pton(AF_INET, address.c_str(), &four.sin_addr) == 1) {
            four.sin_family = AF_INET;
            four.sin_port = htons(port);
            size_ = sizeof four;
        } else {
            check(inet_pton(AF_INET6, address.c_str(), &six.sin6_addr) == 1, address);
            six.sin6_family = AF_INET6;
            six.sin6_port = htons(port);
            size_ = sizeof six;
        }
    }
    int family() const { return storage_.ss_family; }
    sockaddr const* get() const { return reinterpret_cast<sockaddr const*>(&storage_); }
    socklen_t size() const { return size_; }

private:
    sockaddr_storage storage_{};
    socklen_t size_ = 0;
};

inline Handle socket_on(House const& house, Host host, int family, int type) {
    return house.on(host, [&] { return Handle{socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)}; });
}

// Listens on every address of a host, both families.
class Server {
public:
    Server(House const& house, Host host, int type, std::uint16_t port,
           std::source_location where = std::source_location::current())
        : type_(type), socket_(socket_on(house, host, AF_INET6, type)) {
        Endpoint const any{"::", port};
        int const yes = 1;
        setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        setsockopt(socket_.get(), SOL_SOCKET, rcvmark, &yes, sizeof yes);
        setsockopt(socket_.get(), SOL_IPV6, IPV6_RECVPKTINFO, &yes, sizeof yes);
        check(bind(socket_.get(), any.get(), any.size()) == 0 && (type == SOCK_DGRAM || listen(socket_.get(), 8) == 0),
              std::strerror(errno), where);
    }
    int descriptor() const { return socket_.get(); }

    // The mark of one query or connection, which it answers; nullopt: there was none.
    std::optional<std::uint32_t> hear() { return type_ == SOCK_DGRAM ? hear_datagram() : hear_connection(); }

private:
    static constexpr int rcvmark = 75;  // SO_RCVMARK, Linux 5.19

    // Answers from the address that was asked.
    std::optional<std::uint32_t> hear_datagram() {
        std::array<char, 16> data{};
        iovec part{data.data(), data.size()};
        sockaddr_storage from{};
        alignas(cmsghdr) std::array<char, 128> control{};
        msghdr message{&from, sizeof from, &part, 1, control.data(), control.size(), 0};
        auto const got = recvmsg(socket_.get(), &message, 0);
        if (got < 0) return std::nullopt;
        std::uint32_t mark = 0;
        in6_pktinfo to{};
        for (auto* one = CMSG_FIRSTHDR(&message); one != nullptr; one = CMSG_NXTHDR(&message, one)) {
            if (one->cmsg_level == SOL_SOCKET && one->cmsg_type == SO_MARK)
                std::memcpy(&mark, CMSG_DATA(one), sizeof mark);
            if (one->cmsg_level == SOL_IPV6 && one->cmsg_type == IPV6_PKTINFO)
                std::memcpy(&to, CMSG_DATA(one), sizeof to);
        }
        to.ipi6_ifindex = 0;
        auto* const only = CMSG_FIRSTHDR(&message);
        only->cmsg_level = SOL_IPV6;
        only->cmsg_type = IPV6_PKTINFO;
        only->cmsg_len = CMSG_LEN(sizeof to);
        std::memcpy(CMSG_DATA(only), &to, sizeof to);
        message.msg_controllen = CMSG_SPACE(sizeof to);
        part.iov_len = static_cast<std::size_t>(got);
        static_cast<void>(sendmsg(socket_.get(), &message, 0));
        return mark;
    }
    std::optional<std::uint32_t> hear_connection() {
        Handle connection{accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
        if (connection.get() < 0) return std::nullopt;
        std::uint32_t mark = 0;
        socklen_t size = sizeof mark;
        getsockopt(connection.get(), SOL_SOCKET, SO_MARK, &mark, &size);
        static_cast<void>(::send(connection.get(), "!", 1, MSG_NOSIGNAL));
        accepted_ = std::move(connection);  // the last one stays open
        return mark;
    }

    int type_;
    Handle socket_;
    Handle accepted_;
};

// What became of a device's packet.
enum class Fate { arrives, refused, lost };

inline std::ostream& operator<<(std::ostream& out, Fate fate) {
    return out << (fate == Fate::arrives ? "arrives" : fate == Fate::refused ? "is refused" : "is lost");
}

// A flow of a host to somewhere, and the server that shall hear it.
class Flow {
public:
    Flow(House const& house, Host from, int type, Endpoint const& to)
        : type_(type), family_(to.family()), client_(socket_on(house, from, to.family(), type)) {
        bind_to_fresh_port();
        // Of TCP it only begins.
        static_cast<void>(connect(client_.get(), to.get(), to.size()));
    }

    // Sends (again) and waits, until `server` hears it or this side is told no.
    Fate send(Server const& server, std::chrono::milliseconds longest = std::chrono::seconds{2}) {
        if (type_ == SOCK_DGRAM || begun_) static_cast<void>(::send(client_.get(), "?", 1, MSG_NOSIGNAL));
        begun_ = true;
        auto const until = std::chrono::steady_clock::now() + longest;
        while (std::chrono::steady_clock::now() < until) {
            pollfd both[] = {{server.descriptor(), POLLIN, 0}, {client_.get(), 0, 0}};  // errors are told unasked
            poll(both, 2, 20);
            if ((both[0].revents & POLLIN) != 0) return Fate::arrives;
            if ((both[1].revents & POLLERR) != 0 && is_refusal(error())) return Fate::refused;
        }
        return Fate::lost;
    }
    // What the server answered has come.
    bool answered() const {
        pollfd waiting{client_.get(), POLLIN, 0};
        std::array<char, 16> buffer{};
        return poll(&waiting, 1, 2000) > 0 && recv(client_.get(), buffer.data(), buffer.size(), 0) > 0;
    }

private:
    // A port that the system chose may have been an earlier flow's, whose mark the kernel still knows.
    void bind_to_fresh_port() const {
        constexpr std::uint16_t first = 10'000;  // up to where the system begins to choose
        constexpr std::uint16_t count = 22'000;
        static std::uint16_t used = 0;
        auto const port = htons(static_cast<std::uint16_t>(first + used++ % count));
        sockaddr_in6 six{};
        six.sin6_family = AF_INET6;
        six.sin6_port = port;
        sockaddr_in four{};
        four.sin_family = AF_INET;
        four.sin_port = port;
        auto const* const any =
            family_ == AF_INET ? reinterpret_cast<sockaddr const*>(&four) : reinterpret_cast<sockaddr const*>(&six);
        check(bind(client_.get(), any, family_ == AF_INET ? sizeof four : sizeof six) == 0, "bind");
    }
    int error() const {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(client_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
        return error;
    }
    // As the kernel tells a reset, and ICMP 3/13 or ICMPv6 1/1 (administratively prohibited).
    bool is_refusal(int error) const {
        if (type_ == SOCK_STREAM) return error == ECONNREFUSED || error == ECONNRESET;
        return error == (family_ == AF_INET ? EHOSTUNREACH : EACCES);
    }

    int type_;
    int family_;
    Handle client_;
    bool begun_ = false;
};

}  // namespace kindgate::test
