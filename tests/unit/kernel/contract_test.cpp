// What the table's rules do to real packets, of IPv4 and IPv6: what is led to the gate, what passes, what is shut.
#include "contract.h"

#include <net/if.h>

#include <thread>

#include "house.h"
#include "kernel/nft_address_leases.h"
#include "kernel/nft_table.h"
#include "test.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using kernel::dns_port;
using kernel::SlotCategory;
using kernel::Steady;
using kernel::tls_port;
using kernel::Wanted;
using kernel::web_port;
using test::Endpoint;
using test::Fate;
using test::Flow;
using test::Host;
using test::Server;

constexpr Slot kid{1};
constexpr CategoryId games = 5;

struct Family {
    char const* server;  // on the internet
    char const* other;   // a second address of it
    char const* nowhere;
    char const* gate;          // in the LAN
    char const* gate_outside;  // where the internet sees it
    char const* loopback;
};
constexpr Family families[] = {
    {"192.0.2.2", "192.0.2.3", "203.0.113.53", "10.7.0.1", "192.0.2.1", "127.0.0.1"},
    {"2001:db8::2", "2001:db8::3", "2001:db8:53::53", "fd07::1", "2001:db8::1", "::1"},
};

test::House const& house() {
    static test::House const one;
    return one;
}

kernel::NftTable& table() {
    static auto const one = test::value(kernel::NftTable::create({}));
    return *one;
}

kernel::NftAddressLeases& leases() {
    static auto const one = test::value(kernel::NftAddressLeases::create(table().extension()));
    return *one;
}

// The kid has access and asks the gate.
Wanted house_rules() {
    house();
    Wanted wanted;
    wanted.lan = {"lan0"};
    wanted.lan_index = {if_nametoindex("lan0")};
    wanted.slots = {{test::House::kid_mac, kid}};
    wanted.access = {{kid, std::nullopt}};
    wanted.asked = {{kid, std::nullopt}};
    return wanted;
}

Wanted without_access() {
    auto wanted = house_rules();
    wanted.access.clear();
    return wanted;
}

void install(Wanted const& wanted, std::source_location where = std::source_location::current()) {
    static_cast<void>(test::value(table().apply(wanted), where));
}

void lease(char const* address, CategoryId category, std::chrono::seconds lifetime = 1h,
           std::source_location where = std::source_location::current()) {
    kernel::AddressGrant const grant{kid, test::value(IpAddress::parse(address)), category, lifetime};
    auto const granted = leases().grant({&grant, 1});
    if (!granted.ok()) test::fail(granted.error().message(), where);
}

// A new flow of the host meets its fate; what arrives is answered.
Fate fate(Host from, int type, char const* address, std::uint16_t port, Server& server) {
    Flow flow{house(), from, type, Endpoint{address, port}};
    auto const fate = flow.send(server, from == Host::kid ? 2000ms : 300ms);
    if (fate != Fate::arrives) return fate;
    server.hear();
    return flow.answered() ? Fate::arrives : Fate::lost;
}

void expect(Fate expected, int type, char const* address, std::uint16_t port, Server& server, char const* about,
            std::source_location where = std::source_location::current()) {
    test::equal(fate(Host::kid, type, address, port, server), expected,
                fmt::format("{}: {} to {} port {}", about, type == SOCK_DGRAM ? "UDP" : "TCP", address, port), where);
}

// UDP and TCP on port 4000 of the internet's server.
struct Internet {
    static constexpr std::uint16_t port = 4000;
    Server udp{house(), Host::net, SOCK_DGRAM, port};
    Server tcp{house(), Host::net, SOCK_STREAM, port};

    void expect(Fate expected, char const* address, char const* about,
                std::source_location where = std::source_location::current()) {
        ::expect(expected, SOCK_DGRAM, address, port, udp, about, where);
        ::expect(expected, SOCK_STREAM, address, port, tcp, about, where);
    }
};

constexpr test::Test tests[] = {
    {"whatever server a device asks, the gate hears it, and who it is",
     [] {
         for (int const type : {SOCK_DGRAM, SOCK_STREAM}) {
             install(type == SOCK_DGRAM ? house_rules() : without_access());
             Server front{house(), Host::gate, type, dns_port};
             for (auto const& family : families)
                 for (auto const* server : {family.server, family.nowhere, family.gate}) {
                     Flow flow{house(), Host::kid, type, Endpoint{server, 53}};
                     test::equal(flow.send(front), Fate::arrives, server);
                     test::equal(front.hear().value_or(0), kid.number(), "the mark that the socket sees");
                     // As if the server had answered: the client takes nobody else's word.
                     test::check(flow.answered(), server);
                 }
         }
     }},
    {"a flow that has a category tells the slot alone",
     [] {
         install(house_rules());
         Server front{house(), Host::gate, SOCK_DGRAM, dns_port};
         for (auto const& family : families) {
             lease(family.server, games);
             Flow flow{house(), Host::kid, SOCK_DGRAM, Endpoint{family.server, 53}};
             test::equal(flow.send(front), Fate::arrives, family.server);
             test::equal(front.hear().value_or(0), kid.number(), "mark");
             lease(family.server, games, 0s);
         }
     }},
    {"who need not ask the gate asks whom it likes",
     [] {
         auto wanted = house_rules();
         wanted.asked.clear();
         install(wanted);
         for (int const type : {SOCK_DGRAM, SOCK_STREAM}) {
             Server server{house(), Host::net, type, 53};
             for (auto const& family : families) expect(Fate::arrives, type, family.server, 53, server, "not asked");
         }
     }},
    {"a DNS flow that is older than the wish to be asked is shut",
     [] {
         auto wanted = house_rules();
         wanted.asked.clear();
         for (int const type : {SOCK_DGRAM, SOCK_STREAM})
             for (auto const& family : families) {
                 install(wanted);
                 Server server{house(), Host::net, type, 53};
                 Flow flow{house(), Host::kid, type, Endpoint{family.server, 53}};
                 test::equal(flow.send(server), Fate::arrives, family.server);
                 server.hear();
                 test::check(flow.answered(), "answered");
                 install(house_rules());
                 test::equal(flow.send(server), Fate::refused, family.server);
             }
     }},
    {"a confined device reaches the addresses that were resolved for it, and no others",
     [] {
         auto wanted = house_rules();
         wanted.limited = {{kid, category_unknown}};
         install(wanted);
         Internet internet;
         for (auto const& family : families) {
             internet.expect(Fate::refused, family.server, "without a lease");
             lease(family.server, category_unremarkable);
             internet.expect(Fate::arrives, family.server, "with one");
             internet.expect(Fate::refused, family.other, "another address");
             lease(family.server, category_unremarkable, 0s);
             internet.expect(Fate::refused, family.server, "taken back");
             lease(family.server, games, 1s);
             internet.expect(Fate::arrives, family.server, "of another category");
             test::check(test::wait_until([&] {
                             return fate(Host::kid, SOCK_DGRAM, family.server, Internet::port, internet.udp) ==
                                    Fate::refused;
                         }),
                         "it ends by itself");
         }
     }},
    {"an address that is leased while its flow waits opens the flow",
     [] {
         auto wanted = house_rules();
         wanted.limited = {{kid, category_unknown}};
         install(wanted);
         Internet internet;
         for (auto const& family : families) {
             Flow flow{house(), Host::kid, SOCK_DGRAM, Endpoint{family.server, Internet::port}};
             test::equal(flow.send(internet.udp), Fate::refused, "before");
             lease(family.server, category_unremarkable);
             test::equal(flow.send(internet.udp), Fate::arrives, "after");
             internet.udp.hear();
             lease(family.server, category_unremarkable, 0s);
         }
     }},
    {"an address that is leased while its flow goes on tells the flow's category before long",
     [] {
         auto wanted = house_rules();
         wanted.limited = {{kid, games}};
         install(wanted);
         Internet internet;
         for (auto const& family : families) {
             Flow flow{house(), Host::kid, SOCK_DGRAM, Endpoint{family.server, Internet::port}};
             test::equal(flow.send(internet.udp), Fate::arrives, "nobody knows what it is");
             internet.udp.hear();
             test::check(flow.answered(), "answered");
             lease(family.server, games);
             // One packet in 32 asks: not once in 2,000 means never.
             auto fate = Fate::arrives;
             for (int i = 0; i < 2000 && fate == Fate::arrives; ++i) {
                 fate = flow.send(internet.udp);
                 if (fate == Fate::arrives) internet.udp.hear();
             }
             test::equal(fate, Fate::refused, family.server);
             lease(family.server, games, 0s);
         }
     }},
    {"a limited category is shut without a grant, and open until the grant ends",
     [] {
         Internet internet;
         for (auto const& family : families) {
             auto wanted = house_rules();
             wanted.limited = {{kid, games}};
             install(wanted);
             lease(family.server, games);
             internet.expect(Fate::refused, family.server, "without a grant");
             internet.expect(Fate::arrives, family.other, "what is no game");
             wanted.granted = {{{kid, games}, std::nullopt}};
             install(wanted);
             internet.expect(Fate::arrives, family.server, "with one");
             auto const end = Steady::now() + 400ms;
             wanted.granted = {{{kid, games}, end}};
             install(wanted);
             Flow flow{house(), Host::kid, SOCK_DGRAM, Endpoint{family.server, Internet::port}};
             test::equal(flow.send(internet.udp), Fate::arrives, "until its end");
             internet.udp.hear();
             test::check(flow.answered(), "answered");
             std::this_thread::sleep_until(end + 50ms);
             test::equal(flow.send(internet.udp), Fate::refused, "after its end");
             lease(family.server, games, 0s);
         }
     }},
    {"in LEARNING only what is granted passes",
     [] {
         auto wanted = without_access();
         wanted.learning = {kid};
         Internet internet;
         Server page{house(), Host::gate, SOCK_STREAM, web_port};
         Server web{house(), Host::net, SOCK_STREAM, 80};
         for (auto const& family : families) {
             wanted.granted.clear();
             install(wanted);
             lease(family.server, games);
             lease(family.other, category_unremarkable);
             internet.expect(Fate::refused, family.server, "not granted");
             wanted.granted = {{{kid, games}, std::nullopt}};
             install(wanted);
             internet.expect(Fate::arrives, family.server, "granted");
             internet.expect(Fate::refused, family.other, "unremarkable is not enough");
             expect(Fate::arrives, SOCK_STREAM, family.server, 80, web, "granted, on the web");
             expect(Fate::arrives, SOCK_STREAM, family.other, 80, page, "who is not granted is told why");
             lease(family.server, games, 0s);
             lease(family.other, category_unremarkable, 0s);
         }
     }},
    {"what is always reachable passes whatever is shut, and nothing else does",
     [] {
         auto wanted = without_access();
         wanted.learning = {kid};
         wanted.limited = {{kid, category_unknown}, {kid, category_always_reachable}};
         install(wanted);
         Internet internet;
         for (auto const& family : families) {
             lease(family.server, category_always_reachable);
             lease(family.other, category_unremarkable);
             internet.expect(Fate::arrives, family.server, "always reachable");
             internet.expect(Fate::refused, family.other, "off");
             lease(family.server, category_always_reachable, 0s);
             lease(family.other, category_unremarkable, 0s);
         }
     }},
    {"a plain web request of a device without access comes to the gate",
     [] {
         auto const closed = without_access();
         Server page{house(), Host::gate, SOCK_STREAM, web_port};
         Server own{house(), Host::gate, SOCK_STREAM, 80};
         Server server{house(), Host::net, SOCK_STREAM, 80};
         for (auto const& family : families) {
             install(closed);
             Flow flow{house(), Host::kid, SOCK_STREAM, Endpoint{family.nowhere, 80}};
             test::equal(flow.send(page), Fate::arrives, family.nowhere);
             test::equal(page.hear().value_or(0), kid.number(), "the mark that the socket sees");
             test::check(flow.answered(), "answered");
             expect(Fate::arrives, SOCK_STREAM, family.gate, 80, page, "the gate's address, which its names lead to");
             lease(family.server, category_always_reachable);
             expect(Fate::arrives, SOCK_STREAM, family.server, 80, server, "always reachable");
             lease(family.server, category_always_reachable, 0s);
             expect(Fate::refused, SOCK_STREAM, family.server, 443, server, "encrypted ones are refused");
             auto unasked = closed;
             unasked.asked.clear();
             install(unasked);
             expect(Fate::refused, SOCK_STREAM, family.server, 80, page, "not where the gate isn't asked");
             expect(Fate::arrives, SOCK_STREAM, family.gate, 80, own, "the router's own pages");
             install(house_rules());
             expect(Fate::arrives, SOCK_STREAM, family.server, 80, server, "not with access");
             expect(Fate::arrives, SOCK_STREAM, family.gate, 80, page, "the gate's page, with access too");
             expect(Fate::arrives, SOCK_STREAM, family.gate_outside, 80, page, "by any of its addresses");
             // A printer's page, in another of the LAN's networks.
             auto within = closed;
             within.lan = {"lan0", "wan0"};
             within.lan_index = {if_nametoindex("lan0"), if_nametoindex("wan0")};
             install(within);
             expect(Fate::arrives, SOCK_STREAM, family.server, 80, server, "not within the LAN");
         }
     }},
    {"the front's ports are no services for the internet",
     [] {
         install(house_rules());
         struct Service {
             int type;
             std::uint16_t port;
         };
         for (auto const& service : {Service{SOCK_DGRAM, dns_port}, Service{SOCK_STREAM, dns_port},
                                     Service{SOCK_STREAM, web_port}, Service{SOCK_STREAM, tls_port}}) {
             Server front{house(), Host::gate, service.type, service.port};
             for (auto const& family : families) {
                 test::equal(fate(Host::net, service.type, family.gate_outside, service.port, front), Fate::lost,
                             family.gate_outside);
                 expect(Fate::arrives, service.type, family.gate, service.port, front, "from the LAN");
                 test::equal(fate(Host::gate, service.type, family.loopback, service.port, front), Fate::arrives,
                             family.loopback);
             }
         }
         Server other{house(), Host::gate, SOCK_DGRAM, dns_port + 1};
         test::equal(fate(Host::net, SOCK_DGRAM, families[0].gate_outside, dns_port + 1, other), Fate::arrives,
                     "other ports are the firewall's business");
     }},
};

}  // namespace

int main() {
    return test::run_in_namespace("kernel/contract", tests);
}
