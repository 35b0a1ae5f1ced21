// A DNS client for one core of its own, which the server doesn't run on.
//
//   dns_load rate ADDRESS PORT WHAT NAMES SECONDS                       closed loop, 100 questions at a time
//   dns_load pace ADDRESS PORT WHAT NAMES SECONDS RATE [INTERFACE…]     RATE questions a second, whatever comes back;
//   from
//                                                                       each interface in turn
//   dns_load first ADDRESS PORT WHAT NAMES                              says "ready", asks until an answer is right and
//                                                                       tells the monotonic clock's time of that
//
// WHAT: blocked, forwarded or cached: names below blocked.example and so on. 50,000 names are asked, spread over the
// NAMES that there are (n0 to nNAMES-1); of the blocked ones every other is one label below. A right answer to those is
// NXDOMAIN, to the others an address. Results are one line of JSON.
#include <net/if.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "content/dns_answer.h"
#include "datagrams.h"

namespace {

namespace dns = kindgate::content::dns;
using bench::at_once, bench::check;
using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr unsigned outstanding = 100;
constexpr unsigned most_asked = 50000;

// Made before the clock runs.
class Questions {
public:
    Questions(std::string_view what, char const* names) : blocked_(what == "blocked") {
        auto const there = static_cast<unsigned>(std::stoul(names));
        auto const asked = std::min(there, most_asked);
        all_.resize(asked);
        for (unsigned i = 0; i < asked; ++i) {
            std::string text = blocked_ && i % 2 == 1 ? "www.n" : "n";
            text.append(std::to_string(std::uint64_t{i} * there / asked)).append(".").append(what).append(".example");
            all_[i].size = dns::write_query(all_[i].bytes, static_cast<std::uint16_t>(i), *dns::Name::from_text(text),
                                            dns::type::a, false, false);
        }
    }

    std::span<std::byte> next() {
        auto& one = all_[next_];
        next_ = (next_ + 1) % all_.size();
        return std::span{one.bytes}.first(one.size);
    }

    bool right(std::span<std::byte const> answer) const {
        if (answer.size() < 12 || (answer[2] & std::byte{0x80}) == std::byte{0}) return false;
        auto const code = std::to_integer<unsigned>(answer[3]) & 15U;
        return blocked_ ? code == dns::rcode::nxdomain : code == dns::rcode::noerror && answer[7] != std::byte{0};
    }

private:
    struct One {
        std::array<std::byte, 64> bytes{};
        std::size_t size = 0;
    };
    bool blocked_;
    std::vector<One> all_;
    std::size_t next_ = 0;
};

class Socket {
public:
    Socket(sockaddr_in const& server, char const* interface)
        : number_(check(::socket(AF_INET, SOCK_DGRAM, 0), "socket")) {
        if (interface != nullptr)
            check(setsockopt(number_, SOL_SOCKET, SO_BINDTODEVICE, interface,
                             static_cast<socklen_t>(std::strlen(interface))),
                  interface);
        check(connect(number_, reinterpret_cast<sockaddr const*>(&server), sizeof server), "connect");
    }
    ~Socket() {
        if (number_ >= 0) close(number_);
    }
    Socket(Socket const&) = delete;
    Socket& operator=(Socket const&) = delete;
    Socket(Socket&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Socket& operator=(Socket&&) = delete;

    int number() const { return number_; }

private:
    int number_;
};

void rate(sockaddr_in const& server, Questions& questions, double seconds) {
    Socket const socket{server, nullptr};
    timeval const patience{0, 200000};
    setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    auto const out = std::make_unique<bench::Batch>();
    auto const in = std::make_unique<bench::Batch>();
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
    std::uint64_t wrong = 0;
    auto const send = [&](unsigned count) {
        sent += count;
        while (count > 0) {
            auto const now = std::min<unsigned>(count, at_once);
            for (unsigned i = 0; i < now; ++i) {
                auto const question = questions.next();
                out->vectors[i] = {question.data(), question.size()};
            }
            check(sendmmsg(socket.number(), out->messages.data(), now, 0), "sendmmsg");
            count -= now;
        }
    };
    auto const start = Clock::now();
    auto now = start;
    send(outstanding);
    while (now - start < Seconds(seconds)) {
        int const got = recvmmsg(socket.number(), in->messages.data(), at_once, MSG_WAITFORONE, nullptr);
        for (int i = 0; i < got; ++i) {
            auto const at = static_cast<std::size_t>(i);
            if (!questions.right(std::span{in->bytes[at]}.first(in->messages[at].msg_len))) ++wrong;
        }
        answered += static_cast<std::uint64_t>(std::max(got, 0));
        send(got > 0 ? static_cast<unsigned>(got) : outstanding);
        now = Clock::now();
    }
    // The last ones are still on their way.
    auto const missing = sent - answered;
    std::printf(R"({"count": %llu, "seconds": %.6f, "lost": %llu, "wrong": %llu})"
                "\n",
                static_cast<unsigned long long>(answered), Seconds(now - start).count(),
                static_cast<unsigned long long>(missing > outstanding ? missing - outstanding : 0),
                static_cast<unsigned long long>(wrong));
}

class Pacer {
public:
    Pacer(std::vector<Socket> sockets, Questions& questions)
        : sockets_(std::move(sockets)), questions_(questions), waiting_(1U << 16U) {}

    void run(double seconds, double rate) {
        auto const total = static_cast<std::uint64_t>(seconds * rate);
        auto const start = Clock::now();
        last_answer_ = start;
        for (;;) {
            auto const now = Clock::now();
            if (asked_ < total && now >= start + Seconds(static_cast<double>(asked_) / rate)) ask(now);
            for (auto const& socket : sockets_) take(socket);
            bool const over = asked_ == total && (took_.size() == total || now - last_asked_ > patience);
            if (over) break;
        }
    }

    void print() {
        std::ranges::sort(took_);
        auto const share = [&](double part) {
            return took_.empty() ? 0.0 : took_[static_cast<std::size_t>(static_cast<double>(took_.size() - 1) * part)];
        };
        std::printf(R"({"count": %llu, "lost": %llu, "wrong": %llu, "p50": %.2f, "p99": %.2f, "gap": %.3f})"
                    "\n",
                    static_cast<unsigned long long>(took_.size()),
                    static_cast<unsigned long long>(asked_ - took_.size()), static_cast<unsigned long long>(wrong_),
                    share(0.5) * 1e6, share(0.99) * 1e6, Seconds(gap_).count() * 1e3);
    }

private:
    static constexpr std::chrono::seconds patience{1};

    void ask(Clock::time_point now) {
        auto const question = questions_.next();
        auto const id = static_cast<std::uint16_t>(asked_);
        question[0] = static_cast<std::byte>(id >> 8);
        question[1] = static_cast<std::byte>(id);
        waiting_[id] = now;
        // What isn't sent is lost, as if it had been.
        (void)send(sockets_[asked_ % sockets_.size()].number(), question.data(), question.size(), MSG_DONTWAIT);
        ++asked_;
        last_asked_ = now;
    }

    void take(Socket const& socket) {
        std::array<std::byte, 1536> bytes;
        auto const got = recv(socket.number(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (got < 2) return;
        auto const now = Clock::now();
        auto const answer = std::span{bytes}.first(static_cast<std::size_t>(got));
        auto const id = std::to_integer<std::size_t>(answer[0]) << 8 | std::to_integer<std::size_t>(answer[1]);
        if (!waiting_[id]) return;
        took_.push_back(Seconds(now - *std::exchange(waiting_[id], std::nullopt)).count());
        if (!questions_.right(answer)) ++wrong_;
        gap_ = std::max(gap_, now - last_answer_);
        last_answer_ = now;
    }

    std::vector<Socket> sockets_;
    Questions& questions_;
    std::vector<std::optional<Clock::time_point>> waiting_;  // by id
    std::vector<double> took_;
    std::uint64_t asked_ = 0;
    std::uint64_t wrong_ = 0;
    Clock::time_point last_asked_;
    Clock::time_point last_answer_;
    Clock::duration gap_{};
};

// Each question from a port of its own: where a flow leads is decided by its first packet.
void first(sockaddr_in const& server, Questions& questions) {
    std::puts("ready");
    std::fflush(stdout);
    std::array<std::byte, 1536> bytes;
    auto const question = questions.next();
    for (auto const start = Clock::now(); Clock::now() - start < std::chrono::minutes{2};) {
        Socket const socket{server, nullptr};
        if (send(socket.number(), question.data(), question.size(), 0) < 0) continue;
        pollfd waiting{socket.number(), POLLIN, 0};
        (void)poll(&waiting, 1, 1);
        auto const got = recv(socket.number(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (got <= 0 || !questions.right(std::span{bytes}.first(static_cast<std::size_t>(got)))) continue;
        std::printf("{\"at\": %.6f}\n", Seconds(Clock::now().time_since_epoch()).count());
        return;
    }
    throw std::runtime_error("no right answer within two minutes");
}

bool run(std::span<char*> words) {
    if (words.size() < 5) return false;
    std::string_view const command = words[0];
    auto const server = bench::endpoint(words[1], words[2]);
    Questions questions{words[3], words[4]};
    if (command == "first" && words.size() == 5) return first(server, questions), true;
    if (command == "rate" && words.size() == 6) return rate(server, questions, std::stod(words[5])), true;
    if (command != "pace" || words.size() < 7) return false;
    std::vector<Socket> sockets;
    for (auto* const interface : words.subspan(7)) sockets.emplace_back(server, interface);
    if (sockets.empty()) sockets.emplace_back(server, nullptr);
    Pacer pacer{std::move(sockets), questions};
    pacer.run(std::stod(words[5]), std::stod(words[6]));
    pacer.print();
    return true;
}

}  // namespace

int main(int count, char** words) {
    try {
        if (run(std::span{words, static_cast<std::size_t>(count)}.subspan(1))) return 0;
        std::fputs("usage: dns_load rate|pace|first …: see tests/bench/dns_load.cpp\n", stderr);
        return 2;
    } catch (std::exception const& error) {
        std::fprintf(stderr, "dns_load: %s\n", error.what());
        return 1;
    }
}
