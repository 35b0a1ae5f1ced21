// DNS under load, for one core each: a client, a bare echo to compare with, and the front itself.
//
//   dns_tool echo PORT                          recvmmsg, set QR and NXDOMAIN, sendmmsg: the least that any server does
//   dns_tool front PORT NAMES UPSTREAM_PORT     the DNS front, with NAMES blocked names (n0.blocked.example …) in its
//   View dns_tool upstream PORT TTL                  answers every question with an address dns_tool load PORT SECONDS
//   blocked|forwarded|cached  closed loop, 100 questions at a time
//
// Servers say "ready" and end at SIGTERM. Results are one line of JSON.
#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "content/dns_answer.h"
#include "front/dns_front.h"

namespace {

using namespace kindgate;
namespace dns = content::dns;
using Clock = std::chrono::steady_clock;

constexpr std::size_t at_once = 64;
constexpr unsigned outstanding = 100;
constexpr unsigned names_asked = 50000;

int check(int result, char const* what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::sig_atomic_t volatile ended = 0;
front::DnsFront* running = nullptr;  // what the signal handler stops

void end(int) {
    ended = 1;
    if (running != nullptr) running->stop();
}

void handle_end() {
    struct sigaction action{};
    action.sa_handler = end;
    check(sigaction(SIGTERM, &action, nullptr), "sigaction");
}

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    auto const of = [](timeval const& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
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

int bound(std::uint16_t port) {
    int const socket = check(::socket(AF_INET, SOCK_DGRAM, 0), "socket");
    int const room = 1 << 20;
    setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    auto const address = loopback(port);
    check(bind(socket, reinterpret_cast<sockaddr const*>(&address), sizeof address), "bind");
    return socket;
}

double cpu_when_ready = 0;

void say_ready() {
    cpu_when_ready = cpu_seconds();
    std::puts("ready");
    std::fflush(stdout);
}

void report(std::uint64_t count) {
    std::printf("{\"count\": %llu, \"cpu\": %.6f}\n", static_cast<unsigned long long>(count),
                cpu_seconds() - cpu_when_ready);
}

// A server that answers each datagram in place: answer(bytes, size) gives the new size.
template <typename Answer>
void serve(std::uint16_t port, Answer&& answer) {
    int const socket = bound(port);
    auto const batch = std::make_unique<Batch>();
    say_ready();
    std::uint64_t count = 0;
    while (ended == 0) {
        for (std::size_t i = 0; i < at_once; ++i) {
            batch->vectors[i].iov_len = batch->bytes[i].size();
            batch->messages[i].msg_hdr.msg_name = &batch->addresses[i];
            batch->messages[i].msg_hdr.msg_namelen = sizeof(sockaddr_in);
        }
        int const got = recvmmsg(socket, batch->messages.data(), at_once, MSG_WAITFORONE, nullptr);
        if (got <= 0) continue;
        for (std::size_t i = 0; i < static_cast<std::size_t>(got); ++i)
            batch->vectors[i].iov_len = answer(batch->bytes[i], batch->messages[i].msg_len);
        for (int sent = 0; sent < got;) {
            int const now = sendmmsg(socket, &batch->messages[static_cast<std::size_t>(sent)],
                                     static_cast<unsigned>(got - sent), 0);
            sent += now > 0 ? now : 1;
        }
        count += static_cast<std::uint64_t>(got);
    }
    report(count);
}

std::size_t echo(std::span<std::byte> bytes, std::size_t size) {
    bytes[2] |= std::byte{0x80};
    bytes[3] = std::byte{0x83};
    return size;
}

class NoLeases final : public kernel::AddressLeases {
public:
    Result<void> grant(std::span<kernel::AddressGrant const>) override { return {}; }
};

std::shared_ptr<policy::View const> blocking_view(unsigned names) {
    auto view = std::make_shared<policy::View>();
    view->profiles.resize(1);
    std::vector<policy::NamedRule> rules;
    for (unsigned i = 0; i < names; ++i) {
        std::string text = "n";
        text.append(std::to_string(i)).append(".blocked.example");
        rules.push_back({*dns::Name::from_text(text), {}});
    }
    policy::Names known;
    known.reasons = {{.rule = {}, .text = "blocked", .structured = {}}};
    known.table = policy::NameTable{rules};
    view->names = std::make_shared<policy::Names const>(std::move(known));
    return view;
}

void run_front(std::uint16_t port, unsigned names, std::uint16_t upstream) {
    front::FrontSettings settings;
    settings.listen = {{IpAddress{std::array<std::uint8_t, 4>{0, 0, 0, 0}}, port}};
    settings.upstreams = {{IpAddress{std::array<std::uint8_t, 4>{127, 0, 0, 1}}, upstream}};
    settings.answers_a_second = 0;
    settings.waiting = 0;
    settings.cache_bytes = 8U << 20;
    NoLeases leases;
    auto made = front::DnsFront::create(settings, leases, {});
    if (!made.ok()) throw std::runtime_error(made.error().message());
    (*made)->publish(blocking_view(names));
    running = made->get();
    say_ready();
    (*made)->run();
    running = nullptr;
    report((*made)->counters().queries);
}

void load(std::uint16_t port, double seconds, std::string_view what) {
    int const socket = check(::socket(AF_INET, SOCK_DGRAM, 0), "socket");
    auto const address = loopback(port);
    check(connect(socket, reinterpret_cast<sockaddr const*>(&address), sizeof address), "connect");
    timeval const patience{0, 200000};
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    // Half of the blocked ones are below a listed name.
    auto const ask = [&](unsigned i, std::span<std::byte> place) {
        std::string text = what == "blocked" && i % 2 == 1 ? "www.n" : "n";
        text.append(std::to_string(i)).append(what == "blocked" ? ".blocked.example" : ".allowed.example");
        return dns::write_query(place, static_cast<std::uint16_t>(i), *dns::Name::from_text(text), dns::type::a, false,
                                false);
    };
    // Made before the clock runs.
    std::vector<std::array<std::byte, 64>> queries(names_asked);
    std::vector<std::size_t> sizes(names_asked);
    for (unsigned i = 0; i < names_asked; ++i) sizes[i] = ask(i, queries[i]);
    auto const out = std::make_unique<Batch>();
    auto const in = std::make_unique<Batch>();
    std::uint64_t answered = 0;
    std::uint64_t lost = 0;
    unsigned next = 0;
    auto const send = [&](unsigned count) {
        while (count > 0) {
            auto const now = std::min<unsigned>(count, at_once);
            for (unsigned i = 0; i < now; ++i, next = (next + 1) % names_asked) {
                out->vectors[i] = {queries[next].data(), sizes[next]};
            }
            check(sendmmsg(socket, out->messages.data(), now, 0), "sendmmsg");
            count -= now;
        }
    };
    auto const start = Clock::now();
    auto now = start;
    send(outstanding);
    while (now - start < std::chrono::duration<double>(seconds)) {
        int const got = recvmmsg(socket, in->messages.data(), at_once, MSG_WAITFORONE, nullptr);
        if (got > 0) {
            answered += static_cast<std::uint64_t>(got);
            send(static_cast<unsigned>(got));
        } else {
            lost += outstanding;
            send(outstanding);
        }
        now = Clock::now();
    }
    std::printf("{\"count\": %llu, \"seconds\": %.6f, \"lost\": %llu}\n", static_cast<unsigned long long>(answered),
                std::chrono::duration<double>(now - start).count(), static_cast<unsigned long long>(lost));
}

std::uint16_t port_of(char const* text) {
    return static_cast<std::uint16_t>(std::stoul(text));
}

bool run(std::span<char*> words) {
    std::string_view const command = words.empty() ? "" : words[0];
    if (command == "echo" && words.size() == 2) return serve(port_of(words[1]), echo), true;
    if (command == "front" && words.size() == 4)
        return run_front(port_of(words[1]), static_cast<unsigned>(std::stoul(words[2])), port_of(words[3])), true;
    if (command == "upstream" && words.size() == 3) {
        IpAddress const address{std::array<std::uint8_t, 4>{192, 0, 2, 1}};
        serve(port_of(words[1]), [&, ttl = static_cast<std::uint32_t>(std::stoul(words[2]))](std::span<std::byte> bytes,
                                                                                             std::size_t size) {
            dns::Query query;
            (void)dns::read_query(bytes.first(size), query);
            return dns::write_address(bytes, dns::asked_by(query), address, ttl);
        });
        return true;
    }
    if (command == "load" && words.size() == 4) return load(port_of(words[1]), std::stod(words[2]), words[3]), true;
    return false;
}

}  // namespace

int main(int count, char** words) {
    try {
        handle_end();
        if (run(std::span{words, static_cast<std::size_t>(count)}.subspan(1))) return 0;
        std::fputs("usage: dns_tool echo|front|upstream|load …: see tests/bench/dns_tool.cpp\n", stderr);
        return 2;
    } catch (std::exception const& error) {
        std::fprintf(stderr, "dns_tool: %s\n", error.what());
        return 1;
    }
}
