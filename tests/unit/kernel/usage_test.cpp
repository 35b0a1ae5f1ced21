// What slots move: counters that only grow made into growth, and the kernel's own counters, in a network namespace of
// the test's own.
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/conntrack_usage.h"
#include "namespace.h"
#include "test.h"
#include "usage_counter.h"

namespace {

using namespace kindgate;
using kernel::SlotUse;
using kernel::UsageCounter;
using test::run;
using Uses = std::vector<SlotUse>;

Uses dump(UsageCounter& counter, std::vector<kernel::FlowUse> const& flows) {
    counter.begin();
    for (auto const& flow : flows) counter.add(flow);
    return counter.finish();
}

// A datagram of `size` octets to each of both families.
void send(std::size_t size) {
    std::string const octets(size, 'x');
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(7000);
    inet_pton(AF_INET, "127.0.0.1", &four.sin_addr);
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(7000);
    inet_pton(AF_INET6, "::1", &six.sin6_addr);
    static int const out4 = socket(AF_INET, SOCK_DGRAM, 0);
    static int const out6 = socket(AF_INET6, SOCK_DGRAM, 0);
    sendto(out4, octets.data(), size, 0, reinterpret_cast<sockaddr*>(&four), sizeof four);
    sendto(out6, octets.data(), size, 0, reinterpret_cast<sockaddr*>(&six), sizeof six);
}

// The kernel's answer, taken as it comes.
Uses ask(kernel::Usage& usage) {
    std::optional<Uses> answer;
    usage.on_answer([&](Uses const& uses) { answer = uses; });
    test::value(usage.ask());
    while (!answer) {
        pollfd waited{usage.event_descriptor(), POLLIN, 0};
        test::check(poll(&waited, 1, 5000) == 1, "the kernel answers");
        usage.read_events();
    }
    return *answer;
}

constexpr test::Test tests[] = {
    {"growth is by slot, over flows and whatever else the mark says; of the first dump there is none",
     [] {
         UsageCounter counter;
         test::check(dump(counter, {{1, 7, 1000}, {2, 0x14007, 50}, {3, 8, 9}}).empty(), "the first");
         test::check(dump(counter, {{1, 7, 1500}, {2, 0x14007, 51}, {3, 8, 9}, {4, 9, 20}, {5, 0, 7}}) ==
                         Uses{{Slot{7}, 501}, {Slot{9}, 20}},
                     "the second");
         test::check(dump(counter, {}).empty(), "nothing moves");
     }},
    {"a flow that a dump missed is not counted anew; one that is gone leaves its id to another",
     [] {
         UsageCounter counter;
         dump(counter, {{1, 7, 1000}});
         dump(counter, {});
         test::check(dump(counter, {{1, 7, 1100}}) == Uses{{Slot{7}, 100}}, "missed once");
         dump(counter, {});
         dump(counter, {});
         test::check(dump(counter, {{1, 7, 60}}) == Uses{{Slot{7}, 60}}, "another one");
         test::check(dump(counter, {{1, 7, 40}}) == Uses{{Slot{7}, 40}}, "and one that took its place at once");
     }},
    {"the kernel counts what both families move",
     [] {
         run("conntrack -F");
         run("echo 1 > /proc/sys/net/netfilter/nf_conntrack_acct");
         run("nft flush ruleset && nft add table inet t && nft 'add chain inet t o { type filter hook output priority "
             "0; }' && nft 'add rule inet t o udp dport 7000 ct mark set 0x10007'");
         auto const usage = test::value(kernel::ConntrackUsage::create());
         send(100);
         test::check(ask(*usage).empty(), "what was before doesn't count");
         for (int i = 0; i < 10; ++i) send(1000);
         auto const uses = ask(*usage);
         test::check(uses.size() == 1 && uses[0].slot == Slot{7}, "the slot");
         // With the headers of UDP and IP, and maybe what says that nobody listens.
         test::check(uses[0].octets >= 20 * 1028 && uses[0].octets <= 2 * 20 * 1100, std::to_string(uses[0].octets));
         test::check(ask(*usage).empty(), "nothing moves");
     }},
    {"thousands of flows come in pieces, and asking again in between takes the answer's place",
     [] {
         run("conntrack -F");
         auto const usage = test::value(kernel::ConntrackUsage::create());
         int answers = 0;
         usage->on_answer([&](Uses const&) { ++answers; });
         test::value(usage->ask());
         test::value(usage->ask());
         while (answers == 0) {
             pollfd waited{usage->event_descriptor(), POLLIN, 0};
             test::check(poll(&waited, 1, 5000) == 1, "the kernel answers");
             usage->read_events();
         }
         test::equal(answers, 1, "answers");
     }},
};

}  // namespace

int main() {
    return test::run_in_namespace("kernel/usage", tests);
}
