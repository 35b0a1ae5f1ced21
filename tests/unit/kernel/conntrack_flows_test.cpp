// Connection tracking entries by slot, in a network namespace of the test's own: made by real packets on loopback.
#include "kernel/conntrack_flows.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "flow_messages.h"
#include "namespace.h"
#include "test.h"

namespace {

using namespace kindgate;
using kernel::ConntrackFlows;
using test::run;

// One datagram to each port: nft marks port 7000 + n with slot n and a bit that isn't the slot's.
void send_to(std::uint16_t first, int count, char const* address = "127.0.0.1") {
    auto const six = std::string_view{address}.find(':') != std::string_view::npos;
    int const out = socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
    for (int i = 0; i < count; ++i) {
        auto const port = htons(static_cast<std::uint16_t>(first + i));
        sockaddr_in four{};
        four.sin_family = AF_INET;
        four.sin_port = port;
        sockaddr_in6 to_six{};
        to_six.sin6_family = AF_INET6;
        to_six.sin6_port = port;
        inet_pton(six ? AF_INET6 : AF_INET, address, six ? static_cast<void*>(&to_six.sin6_addr) : &four.sin_addr);
        auto const* to = six ? reinterpret_cast<sockaddr const*>(&to_six) : reinterpret_cast<sockaddr const*>(&four);
        test::check(sendto(out, "x", 1, 0, to, six ? sizeof to_six : sizeof four) == 1, "sent");
    }
    close(out);
}

void mark(char const* ports, char const* value) {
    run(std::string{"nft flush ruleset && nft add table inet t && nft 'add chain inet t o { type filter hook output "
                    "priority 0; }' && "
                    "nft 'add rule inet t o udp dport "} +
        ports + " ct mark set " + value + "'");
}

std::size_t entries(char const* value) {
    return static_cast<std::size_t>(
        std::stoi(run(std::string{"grep -c 'mark="} + value + " ' /proc/net/nf_conntrack || true")));
}

bool listed() {
    return access("/proc/net/nf_conntrack", R_OK) == 0;
}

// `conntrack -L` where the kernel has no such file.
std::size_t count(char const* value) {
    if (listed()) return entries(value);
    auto const list = [&](char const* family) {
        return std::stoul(
            run(std::string{"conntrack -L -f "} + family + " 2>/dev/null | grep -c 'mark=" + value + " ' || true"));
    };
    return list("ipv4") + list("ipv6");
}

constexpr test::Test tests[] = {
    {"a slot's flows end, of both families, and nobody else's",
     [] {
         run("conntrack -F");
         mark("7000-7099", "0x10007");
         send_to(7000, 20);
         send_to(7000, 10, "::1");
         mark("7100-7199", "0x10008");
         send_to(7100, 5);
         test::equal(count("65543"), 30U, "entries of slot 7");
         auto const flows = test::value(ConntrackFlows::create());
         test::equal(test::value(flows->end({Slot{7}})), 30U, "ended");
         test::equal(count("65543"), 0U, "left of slot 7");
         test::equal(count("65544"), 5U, "left of slot 8");
         test::equal(test::value(flows->end({Slot{7}})), 0U, "ended again");
     }},
    {"flows move to another slot and keep their other bits",
     [] {
         run("conntrack -F");
         mark("7000-7099", "0x10007");
         send_to(7000, 8);
         send_to(7000, 8, "::1");
         auto const flows = test::value(ConntrackFlows::create());
         test::equal(test::value(flows->move(Slot{7}, Slot{0x2a})), 16U, "moved");
         test::equal(count("65543"), 0U, "left");
         test::equal(count("65578"), 16U, "arrived");
         test::equal(test::value(flows->move(Slot{0x2a}, Slot{0x2a})), 0U, "nowhere");
     }},
    // A school's first start once asked for the flows of each of 4,096 slots one by one: half a minute.
    {"the flows of many slots end in one walk, and nobody else's",
     [] {
         run("conntrack -F");
         mark("7000-7099", "0x10007");
         send_to(7000, 4);
         mark("7100-7199", "0x10008");
         send_to(7100, 5);
         mark("7200-7299", "0x10009");
         send_to(7200, 6);
         auto const flows = test::value(ConntrackFlows::create());
         test::equal(test::value(flows->end({Slot{7}, Slot{9}, Slot{11}})), 10U, "ended");
         test::equal(count("65544"), 5U, "left of slot 8");
         test::equal(test::value(flows->end({})), 0U, "of none");
     }},
    {"thousands of flows end at once",
     [] {
         run("conntrack -F");
         mark("10000-20000", "9");
         send_to(10000, 5000);
         auto const flows = test::value(ConntrackFlows::create());
         test::equal(test::value(flows->end({Slot{9}})), 5000U, "ended");
     }},
    {"slots that no device can have are refused",
     [] {
         auto const flows = test::value(ConntrackFlows::create());
         test::check(
             !flows->end({Slot{}}).ok() && !flows->move(Slot{1}, Slot{}).ok() && !flows->end({Slot{0x4000}}).ok(),
             "refused");
     }},
    {"a message that names no entry is none",
     [] {
         test::check(!kernel::parse_flow({}), "empty");
         std::vector<std::byte> const bytes(4);
         test::check(!kernel::parse_flow(bytes), "no tuple");
         kernel::FlowMessages messages{5};
         kernel::Flow flow;
         flow.family = AF_INET;
         flow.mark = 0;
         flow.tuple = std::vector<std::byte>(40, std::byte{0});
         flow.zone = 0x0300;
         messages.end(flow);
         messages.move(flow, Slot{3});
         test::equal(messages.last_sequence(), 6U, "number");
         kernel::Messages all{messages.bytes()};
         auto const end = all.next();
         auto const move = all.next();
         test::check(end && move && !all.next(), "two messages");
         test::check(kernel::parse_flow(end->payload) == flow, "names the flow");
         flow.mark = 3;
         test::check(kernel::parse_flow(move->payload) == flow, "and its new slot");
     }},
};

}  // namespace

int main() {
    return test::run_in_namespace("kernel/conntrack_flows", tests);
}
