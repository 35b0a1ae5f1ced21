// DNS servers for the bench, for one core each: a bare echo to compare with, the front itself, and whom both ask.
//
//   dns_tool echo ADDRESS PORT               recvmmsg, set QR and NXDOMAIN, sendmmsg: the least that any server does
//   dns_tool front PORT PACK UPSTREAM_PORT   the DNS front; every name in the pack is blocked for everybody
//   dns_tool upstream PORT                   answers every question with an address, for an hour where the name is
//   below
//                                            cached.example, else with TTL 0
//
// They say "ready" and end at SIGTERM. dns_load asks them.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/whole_file.h"
#include "content/dns_answer.h"
#include "content/pack.h"
#include "datagrams.h"
#include "front/dns_front.h"
#include "policy/names.h"

namespace {

using namespace kindgate;
namespace dns = content::dns;
using bench::at_once, bench::check;

constexpr char const* loopback = "127.0.0.1";

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

void say_ready() {
    std::puts("ready");
    std::fflush(stdout);
}

// A server that answers each datagram in place: answer(bytes, size) gives the new size.
template <typename Answer>
void serve(sockaddr_in const& address, Answer&& answer) {
    int const socket = check(::socket(AF_INET, SOCK_DGRAM, 0), "socket");
    int const room = 1 << 20;
    setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    check(bind(socket, reinterpret_cast<sockaddr const*>(&address), sizeof address), "bind");
    auto const batch = std::make_unique<bench::Batch>();
    say_ready();
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
    }
}

std::size_t echo(std::span<std::byte> bytes, std::size_t size) {
    bytes[2] |= std::byte{0x80};
    bytes[3] = std::byte{0x83};
    return size;
}

// Of what can't be read, nothing becomes of it.
std::size_t answer_with_address(std::span<std::byte> bytes, std::size_t size) {
    static IpAddress const address{std::array<std::uint8_t, 4>{198, 51, 100, 1}};
    static auto const kept = *dns::Name::from_text("cached.example");
    dns::Query query;
    if (dns::read_query(bytes.first(size), query) != dns::QueryFault::none) return 0;
    auto const asked = dns::asked_by(query);
    auto const name = asked.name.folded();
    auto const below = std::ranges::search(name.bytes(), kept.bytes());
    return dns::write_address(bytes, asked, address, below.empty() ? 0 : 3600);
}

class NoLeases final : public kernel::AddressLeases {
public:
    Result<void> grant(std::span<kernel::AddressGrant const>) override { return {}; }
};

// The pack as kindgated has it: read, checked, kept by whoever asks it.
struct LoadedPack {
    Pages pages;
    std::optional<content::Pack> pack;
};

std::shared_ptr<content::Pack const> read_pack(char const* path) {
    auto pages = read_pages(path, std::size_t{1} << 30U);
    if (!pages.ok()) throw std::runtime_error(pages.error().message());
    auto loaded = std::make_shared<LoadedPack>();
    loaded->pages = std::move(pages).value();
    auto pack = content::Pack::open(loaded->pages.bytes(), {.now = {}});
    if (!pack.ok()) throw std::runtime_error(pack.error().message());
    loaded->pack = std::move(pack).value();
    return {loaded, &*loaded->pack};
}

std::shared_ptr<policy::View const> blocking_view(std::shared_ptr<content::Pack const> const& pack) {
    constexpr CategoryId first_of_packs = 2;
    policy::CategoryIds ids;
    auto view = std::make_shared<policy::View>();
    auto& profile = view->profiles.emplace_back();
    auto next = first_of_packs;
    for (auto const& category : pack->info().categories) {
        profile.refused.add(next);
        ids.by_name[category] = next++;
    }
    policy::Names names;
    names.reasons = {{.rule = {}, .text = "blocked", .structured = {}}};
    names.categories = policy::categories_of({pack}, ids);
    view->names = std::make_shared<policy::Names const>(std::move(names));
    return view;
}

void run_front(char const* port, char const* pack, char const* upstream) {
    auto const number = [](char const* text) { return static_cast<std::uint16_t>(std::stoul(text)); };
    front::FrontSettings settings;
    settings.listen = {{IpAddress{std::array<std::uint8_t, 4>{0, 0, 0, 0}}, number(port)}};
    settings.upstreams = {{IpAddress{std::array<std::uint8_t, 4>{127, 0, 0, 1}}, number(upstream)}};
    // One client asks for all.
    settings.answers_a_second = 0;
    settings.waiting = 0;
    NoLeases leases;
    auto made = front::DnsFront::create(settings, leases, {});
    if (!made.ok()) throw std::runtime_error(made.error().message());
    (*made)->publish(blocking_view(read_pack(pack)));
    running = made->get();
    say_ready();
    (*made)->run();
    running = nullptr;
}

bool run(std::span<char*> words) {
    std::string_view const command = words.empty() ? "" : words[0];
    if (command == "echo" && words.size() == 3) return serve(bench::endpoint(words[1], words[2]), echo), true;
    if (command == "front" && words.size() == 4) return run_front(words[1], words[2], words[3]), true;
    if (command == "upstream" && words.size() == 2)
        return serve(bench::endpoint(loopback, words[1]), answer_with_address), true;
    return false;
}

}  // namespace

int main(int count, char** words) {
    try {
        handle_end();
        if (run(std::span{words, static_cast<std::size_t>(count)}.subspan(1))) return 0;
        std::fputs("usage: dns_tool echo|front|upstream …: see tests/bench/dns_tool.cpp\n", stderr);
        return 2;
    } catch (std::exception const& error) {
        std::fprintf(stderr, "dns_tool: %s\n", error.what());
        return 1;
    }
}
