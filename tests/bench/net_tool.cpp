// Traffic for the forwarding benchmark: a UDP flood and its sink, a storm of TCP connections and its server, and a
// switch for a device's offloads. Each command ends by itself, or when it is told to.
//
//   net_tool sink PORT                 counts one flood's datagrams, ends a moment after the last
//   net_tool flood ADDRESS PORT SECONDS  64-byte frames (18 bytes of payload) in one established flow
//   net_tool serve PORT                answers a byte with a byte on each connection, until SIGTERM
//   net_tool storm ADDRESS PORT SECONDS  64 connections at a time: connect, a byte there, a byte back, reset
//   net_tool offload DEVICE on|off     segmentation and receive offloads (GSO, TSO, GRO)
//
// Results are one line of JSON: {"count": packets or connections, "seconds": of the clock, "failed": what went wrong}.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::duration;
using std::chrono::milliseconds;

constexpr std::size_t frames_at_once = 64;
constexpr std::size_t connections_at_once = 64;
// 64 bytes on the wire: 14 Ethernet + 20 IPv4 + 8 UDP + 18 + 4 checksum.
constexpr std::size_t payload_size = 18;

int check(int result, char const* what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

class Socket {
public:
    explicit Socket(int type) : descriptor_(check(socket(AF_INET, type | SOCK_CLOEXEC, 0), "socket")) {}
    ~Socket() { close(descriptor_); }
    Socket(Socket const&) = delete;
    Socket& operator=(Socket const&) = delete;
    int get() const { return descriptor_; }
    void option(int level, int name, int value) const {
        check(setsockopt(descriptor_, level, name, &value, sizeof value), "setsockopt");
    }
    void wait_at_most(milliseconds time) const {
        timeval const limit{time.count() / 1000, time.count() % 1000 * 1000};
        check(setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), "SO_RCVTIMEO");
    }

private:
    int descriptor_;
};

// A socket address as the kernel's calls want it; the one place that casts.
class Address {
public:
    Address(char const* host, std::string const& port) {
        address_.sin_family = AF_INET;
        address_.sin_port = htons(static_cast<std::uint16_t>(std::stoul(port)));
        if (host != nullptr && inet_pton(AF_INET, host, &address_.sin_addr) != 1)
            throw std::invalid_argument(std::string{host} + " is no IPv4 address");
    }
    sockaddr const* get() const { return reinterpret_cast<sockaddr const*>(&address_); }
    static constexpr socklen_t size = sizeof(sockaddr_in);

private:
    sockaddr_in address_{};
};

void print_result(std::uint64_t count, Clock::duration time, std::uint64_t failed) {
    std::printf("{\"count\": %llu, \"seconds\": %.6f, \"failed\": %llu}\n", static_cast<unsigned long long>(count),
                duration<double>(time).count(), static_cast<unsigned long long>(failed));
}

void say_ready() {
    std::puts("ready");
    std::fflush(stdout);
}

// Datagrams for recvmmsg and sendmmsg, which point into themselves.
struct Frames {
    Frames() {
        for (std::size_t i = 0; i < frames_at_once; ++i) {
            vectors[i] = {bytes[i].data(), payload_size};
            messages[i].msg_hdr.msg_iov = &vectors[i];
            messages[i].msg_hdr.msg_iovlen = 1;
        }
    }
    Frames(Frames const&) = delete;
    Frames& operator=(Frames const&) = delete;

    std::array<std::array<char, payload_size>, frames_at_once> bytes{};
    std::array<iovec, frames_at_once> vectors{};
    std::array<mmsghdr, frames_at_once> messages{};
};

void sink(std::string const& port) {
    Socket const socket{SOCK_DGRAM};
    socket.option(SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20);
    Address const any{nullptr, port};
    check(bind(socket.get(), any.get(), Address::size), "bind");
    say_ready();
    // One answer makes the flow an established one to conntrack.
    socket.wait_at_most(milliseconds{10000});
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    char hello = 0;
    check(static_cast<int>(recvfrom(socket.get(), &hello, 1, 0, reinterpret_cast<sockaddr*>(&peer), &length)),
          "no flood came");
    check(static_cast<int>(sendto(socket.get(), &hello, 1, 0, reinterpret_cast<sockaddr*>(&peer), length)), "answer");
    socket.wait_at_most(milliseconds{500});
    Frames frames;
    std::uint64_t count = 0;
    Clock::time_point first{};
    Clock::time_point last{};
    for (;;) {
        int const got = recvmmsg(socket.get(), frames.messages.data(), frames_at_once, MSG_WAITFORONE, nullptr);
        if (got < 0) break;
        last = Clock::now();
        if (count == 0) first = last;
        count += static_cast<std::uint64_t>(got);
    }
    print_result(count, last - first, 0);
}

void flood(char const* host, std::string const& port, duration<double> time) {
    Socket const socket{SOCK_DGRAM};
    Address const sink{host, port};
    check(connect(socket.get(), sink.get(), Address::size), "connect");
    char hello = 'h';
    socket.wait_at_most(milliseconds{2000});
    check(static_cast<int>(send(socket.get(), &hello, 1, 0)), "hello");
    check(static_cast<int>(recv(socket.get(), &hello, 1, 0)), "no answer from the sink");
    Frames frames;
    std::uint64_t count = 0;
    std::uint64_t failed = 0;
    auto const start = Clock::now();
    auto now = start;
    for (; now - start < time; now = Clock::now()) {
        int const sent = sendmmsg(socket.get(), frames.messages.data(), frames_at_once, 0);
        if (sent < 0)
            ++failed;
        else
            count += static_cast<std::uint64_t>(sent);
    }
    print_result(count, now - start, failed);
}

std::sig_atomic_t volatile told_to_end = 0;

class Poll {
public:
    Poll() : descriptor_(check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {}
    ~Poll() { close(descriptor_); }
    Poll(Poll const&) = delete;
    Poll& operator=(Poll const&) = delete;
    void add(int descriptor, std::uint32_t events) const {
        epoll_event event{};
        event.events = events;
        event.data.fd = descriptor;
        check(epoll_ctl(descriptor_, EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
    }
    void change(int descriptor, std::uint32_t events) const {
        epoll_event event{};
        event.events = events;
        event.data.fd = descriptor;
        check(epoll_ctl(descriptor_, EPOLL_CTL_MOD, descriptor, &event), "epoll_ctl");
    }
    std::span<epoll_event const> wait() {
        int const ready = epoll_wait(descriptor_, events_.data(), static_cast<int>(events_.size()), 100);
        return std::span{events_}.first(ready < 0 ? 0 : static_cast<std::size_t>(ready));
    }

private:
    int descriptor_;
    std::array<epoll_event, 256> events_{};
};

// Closes with a reset: no TIME_WAIT fills the ports up.
void reset(int descriptor) {
    linger const at_once{1, 0};
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(descriptor);
}

void serve(std::string const& port) {
    Socket const socket{SOCK_STREAM | SOCK_NONBLOCK};
    socket.option(SOL_SOCKET, SO_REUSEADDR, 1);
    Address const any{nullptr, port};
    check(bind(socket.get(), any.get(), Address::size), "bind");
    check(listen(socket.get(), 4096), "listen");
    Poll poll;
    poll.add(socket.get(), EPOLLIN);
    say_ready();
    while (told_to_end == 0) {
        for (auto const& event : poll.wait()) {
            if (event.data.fd == socket.get()) {
                int one = -1;
                while ((one = accept4(socket.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
                    poll.add(one, EPOLLIN);
                continue;
            }
            char byte = 0;
            if (recv(event.data.fd, &byte, 1, 0) <= 0 || send(event.data.fd, &byte, 1, MSG_NOSIGNAL) != 1)
                close(event.data.fd);
        }
    }
}

void connect_one(Poll const& poll, Address const& server) {
    int const one = check(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
    if (connect(one, server.get(), Address::size) < 0 && errno != EINPROGRESS) check(-1, "connect");
    poll.add(one, EPOLLOUT);
}

void storm(char const* host, std::string const& port, duration<double> time) {
    Address const server{host, port};
    Poll poll;
    for (std::size_t i = 0; i < connections_at_once; ++i) connect_one(poll, server);
    std::uint64_t count = 0;
    std::uint64_t failed = 0;
    auto const start = Clock::now();
    auto now = start;
    for (; now - start < time; now = Clock::now()) {
        for (auto const& event : poll.wait()) {
            int const one = event.data.fd;
            char byte = 's';
            if ((event.events & (EPOLLERR | EPOLLHUP)) == 0 && (event.events & EPOLLOUT) != 0 &&
                send(one, &byte, 1, MSG_NOSIGNAL) == 1) {
                poll.change(one, EPOLLIN);
                continue;
            }
            ++(recv(one, &byte, 1, 0) == 1 ? count : failed);
            reset(one);
            connect_one(poll, server);
        }
    }
    print_result(count, now - start, failed);
}

void offload(char const* device, bool on) {
    Socket const socket{SOCK_DGRAM};
    for (auto const command : {ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO}) {
        ethtool_value value{static_cast<__u32>(command), on ? 1U : 0U};
        ifreq request{};
        std::strncpy(request.ifr_name, device, IFNAMSIZ - 1);
        request.ifr_data = reinterpret_cast<char*>(&value);
        check(ioctl(socket.get(), SIOCETHTOOL, &request), "SIOCETHTOOL");
    }
}

bool run(std::span<char*> words) {
    std::string_view const command = words.empty() ? "" : words[0];
    if (command == "sink" && words.size() == 2) return sink(words[1]), true;
    if (command == "serve" && words.size() == 2) return serve(words[1]), true;
    if (command == "flood" && words.size() == 4)
        return flood(words[1], words[2], duration<double>{std::stod(words[3])}), true;
    if (command == "storm" && words.size() == 4)
        return storm(words[1], words[2], duration<double>{std::stod(words[3])}), true;
    if (command == "offload" && words.size() == 3) return offload(words[1], std::string_view{words[2]} == "on"), true;
    return false;
}

}  // namespace

int main(int count, char** words) {
    std::signal(SIGTERM, [](int) { told_to_end = 1; });
    try {
        if (run(std::span{words, static_cast<std::size_t>(count)}.subspan(1))) return 0;
        std::fputs("usage: net_tool sink|flood|serve|storm|offload …: see tests/bench/net_tool.cpp\n", stderr);
        return 2;
    } catch (std::exception const& error) {
        std::fprintf(stderr, "net_tool: %s\n", error.what());
        return 1;
    }
}
