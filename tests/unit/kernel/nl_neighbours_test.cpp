// Neighbours and links as a real kernel tells them, in a network namespace of the test's own.
#include "kernel/nl_neighbours.h"

#include <fcntl.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <set>

#include "namespace.h"
#include "test.h"

namespace {

using namespace kindgate;
using kernel::Link;
using kernel::Neighbour;
using kernel::NlNeighbours;
using test::run;

constexpr Mac phone{{2, 0, 0, 0, 0, 1}};
constexpr Mac laptop{{2, 0, 0, 0, 0, 2}};

// Everything told, and the neighbours that are there now.
struct Told {
    std::vector<Neighbour> present;
    std::vector<Link> links;
    int resyncs = 0;
    std::unique_ptr<NlNeighbours> source;

    explicit Told(std::vector<std::string> interfaces) : source(test::value(NlNeighbours::create())) {
        NlNeighbours::Callbacks callbacks;
        callbacks.neighbour = [this](Neighbour const& one) {
            std::erase_if(present, [&](Neighbour const& other) {
                return other.interface == one.interface && other.address == one.address && other.mac == one.mac;
            });
            if (one.present) present.push_back(one);
        };
        callbacks.link = [this](Link const& link) { links.push_back(link); };
        callbacks.resynced = [this](std::vector<Neighbour> const& all) {
            present = all;
            ++resyncs;
        };
        auto const started = source->start(std::move(interfaces), std::move(callbacks));
        if (!started.ok()) test::fail(started.error().message());
    }
    Told(Told const&) = delete;
    Told& operator=(Told const&) = delete;

    bool has(char const* interface, Mac mac, char const* address) const {
        return std::ranges::find(present, Neighbour{interface, mac, test::value(IpAddress::parse(address)), true}) !=
               present.end();
    }
    template <typename Done>
    void wait(Done done, char const* about, std::source_location where = std::source_location::current()) {
        test::check(test::wait_for(source->event_descriptor(), [this] { source->read_events(); }, done), about, where);
    }
};

// As it is told while it is there.
Link link(char const* name, bool up) {
    return {name, up, if_nametoindex(name)};
}

void fresh() {
    run("for l in br-lan lan0 wan0 lan9; do ip link del $l 2>/dev/null; done; ip link add lan0 type veth peer name "
        "lan1 && ip link "
        "add br-lan type bridge && ip link set lan0 master br-lan && ip link set lan0 up && ip link set lan1 up && ip "
        "link set "
        "br-lan up && ip addr add 10.7.0.1/24 dev br-lan && ip link add wan0 type veth peer name wan1 && ip link set "
        "wan1 up && ip link set wan0 up");
}

std::set<int> descriptors() {
    std::set<int> all;
    for (int number = 0; number < 256; ++number)
        if (fcntl(number, F_GETFD) >= 0) all.insert(number);
    return all;
}

bool is_socket(int number) {
    struct stat what{};
    return fstat(number, &what) == 0 && S_ISSOCK(what.st_mode);
}

// Every socket towards the kernel has room for a few messages only.
void hear_badly() {
    for (int const number : descriptors()) {
        int domain = 0;
        socklen_t length = sizeof domain;
        int const room = 1;
        if (getsockopt(number, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_NETLINK)
            test::equal(setsockopt(number, SOL_SOCKET, SO_RCVBUF, &room, sizeof room), 0, "SO_RCVBUF");
    }
}

constexpr test::Test tests[] = {
    {"what is there at the start is told whole, of the named interfaces only",
     [] {
         fresh();
         run("ip neigh add 10.7.0.5 lladdr 02:00:00:00:00:01 dev br-lan nud reachable && ip neigh add fd00::5 lladdr "
             "02:00:00:00:00:02 dev br-lan nud stale && ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev wan0 nud "
             "permanent && ip "
             "neigh add 10.7.0.6 lladdr ff:ff:ff:ff:ff:ff dev br-lan nud permanent");
         Told told{{"br-lan", "later"}};
         test::equal(told.resyncs, 1, "resyncs");
         test::equal(told.present.size(), 2U, "neighbours");
         test::check(told.has("br-lan", phone, "10.7.0.5") && told.has("br-lan", laptop, "fd00::5"), "both");
         test::check(std::ranges::count(told.links, Link{"later", false}) == 1,
                     "an interface that isn't there is down");
         told.wait([&] { return std::ranges::find(told.links, link("br-lan", true)) != told.links.end(); }, "up");
     }},
    // A gate whose router advertisements were sent by dnsmasq heard them itself, and stood among the newcomers.
    {"the machine itself is no neighbour, though it hears its own router advertisements",
     [] {
         fresh();
         run("ip link set br-lan address 02:00:00:00:00:0f && ip neigh add fe80::f lladdr 02:00:00:00:00:0f dev br-lan "
             "nud stale && ip neigh add fd00::5 lladdr 02:00:00:00:00:02 dev br-lan nud stale");
         Told told{{"br-lan"}};
         test::equal(told.present.size(), 1U, "neighbours at the start");
         run("ip neigh replace fe80::e lladdr 02:00:00:00:00:0f dev br-lan nud stale && ip neigh replace fd00::6 "
             "lladdr "
             "02:00:00:00:00:01 dev br-lan nud stale");
         told.wait([&] { return told.has("br-lan", phone, "fd00::6"); }, "another appears");
         test::equal(told.present.size(), 2U, "neighbours");
         run("ip link set br-lan address 02:00:00:00:00:0d && ip neigh replace fe80::f lladdr 02:00:00:00:00:0f dev "
             "br-lan "
             "nud stale");
         told.wait([&] { return told.has("br-lan", Mac{{2, 0, 0, 0, 0, 0x0f}}, "fe80::f"); },
                   "an address that isn't its own any more");
     }},
    {"a device appears, moves, fails and is gone",
     [] {
         fresh();
         Told told{{"br-lan"}};
         run("ip neigh add 10.7.0.5 lladdr 02:00:00:00:00:01 dev br-lan nud reachable");
         told.wait([&] { return told.has("br-lan", phone, "10.7.0.5"); }, "appears");
         run("ip neigh replace 10.7.0.5 lladdr 02:00:00:00:00:02 dev br-lan nud reachable");
         told.wait([&] { return told.has("br-lan", laptop, "10.7.0.5") && !told.has("br-lan", phone, "10.7.0.5"); },
                   "its address went over to another");
         run("ip neigh change 10.7.0.5 dev br-lan nud failed");
         told.wait([&] { return told.present.empty(); }, "failed");
         run("ip neigh replace fd00::7 lladdr 02:00:00:00:00:02 dev br-lan nud stale");
         told.wait([&] { return told.has("br-lan", laptop, "fd00::7"); }, "by IPv6");
         run("ip neigh del fd00::7 dev br-lan");
         told.wait([&] { return told.present.empty(); }, "deleted");
     }},
    {"an interface that comes, goes down, gets the name, and goes",
     [] {
         fresh();
         run("ip link del wan0");
         Told told{{"wan0"}};
         auto const last = [&] { return told.links.empty() ? Link{} : told.links.back(); };
         run("ip link add x0 type veth peer name x1 && ip link set x1 up && ip link set x0 up && ip addr add "
             "192.0.2.1/24 dev x0 && ip neigh add "
             "192.0.2.7 lladdr "
             "02:00:00:00:00:01 dev x0 nud permanent");
         // Entries that stood there under another name are ours from the rename on.
         run("ip link set x0 down && ip link set x0 name wan0 && ip link set wan0 up && ip neigh replace 192.0.2.7 "
             "lladdr "
             "02:00:00:00:00:01 dev wan0 nud permanent");
         told.wait([&] { return last() == link("wan0", true) && told.has("wan0", phone, "192.0.2.7"); }, "named");
         run("ip link set wan0 down");
         told.wait([&] { return last() == link("wan0", false); }, "down");
         run("ip link set wan0 up");
         told.wait([&] { return last() == link("wan0", true); }, "up");
         run("ip link del wan0");
         told.wait([&] { return last() == Link{"wan0", false} && told.present.empty(); }, "gone");
     }},
    // It was tried again only when some later event came: on a quiet network a gate stayed blind.
    {"a dump after a loss that fails is made again, though nothing happens any more",
     [] {
         fresh();
         auto const before = descriptors();
         Told told{{"br-lan", "lan9"}};
         // The sockets for events and for questions, in this order.
         std::vector<int> sockets;
         for (int const number : descriptors())
             if (!before.contains(number) && is_socket(number)) sockets.push_back(number);
         test::equal(sockets.size(), 2U, "netlink sockets");
         int const kept = dup(sockets[1]);
         int const deaf = open("/dev/null", O_RDWR | O_CLOEXEC);
         test::check(kept >= 0 && dup2(deaf, sockets[1]) >= 0, "no answers from now on");
         // What stood at a link under another name has to be asked for.
         run("ip link set wan0 down && ip link set wan0 name lan9 && ip neigh add 192.0.2.7 lladdr 02:00:00:00:00:01 "
             "dev "
             "lan9 nud permanent");
         int tries = 0;
         told.wait([&] { return ++tries > 3 && told.resyncs == 1; }, "tried in vain");
         test::check(dup2(kept, sockets[1]) >= 0, "answers again");
         told.wait([&] { return told.resyncs == 2; }, "tried again");
         test::check(told.has("lan9", phone, "192.0.2.7"), "the whole truth");
         close(kept);
         close(deaf);
     }},
    {"a bridge's port that leaves is no link that goes, and its address table no neighbours",
     [] {
         fresh();
         Told told{{"br-lan", "lan0"}};
         run("bridge fdb add 02:00:00:00:00:01 dev lan0 master; ip link set lan0 nomaster; ip neigh add 10.7.0.9 "
             "lladdr "
             "02:00:00:00:00:02 dev br-lan nud permanent");
         told.wait([&] { return told.has("br-lan", laptop, "10.7.0.9"); }, "the mark behind it");
         test::equal(told.present.size(), 1U, "neighbours");
         test::check(told.links.back() != link("lan0", false), "lan0 is still there");
     }},
    {"when messages were lost everything is told anew",
     [] {
         fresh();
         Told told{{"br-lan"}};
         hear_badly();
         run("sysctl -qw net.ipv4.neigh.default.gc_thresh3=20000 net.ipv4.neigh.default.gc_thresh2=20000 2>/dev/null; "
             "for round in 1 2 3; "
             "do for a in $(seq 1 40); do for b in $(seq 1 50); do echo \"neigh replace 10.7.$a.$b lladdr "
             "02:00:00:00:0$round:01 "
             "dev br-lan nud permanent\"; done; done | ip -batch -; done");
         told.wait([&] { return told.resyncs > 1; }, "told anew");
         run("ip neigh add 10.7.0.5 lladdr 02:00:00:00:00:01 dev br-lan nud permanent");
         told.wait([&] { return told.has("br-lan", phone, "10.7.0.5"); }, "and events go on");
         test::equal(told.present.size(), 2001U, "neighbours");
     }},
};

}  // namespace

int main() {
    return test::run_in_namespace("kernel/nl_neighbours", tests);
}
