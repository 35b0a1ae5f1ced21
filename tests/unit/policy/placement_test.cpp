#include <optional>
#include <vector>

#include "build.h"
#include "policy/plan.h"
#include "test.h"

namespace {

using namespace kindgate;
using namespace kindgate::policy;

struct Place {
    char const* interface;
    std::vector<char const*> addresses;
    std::optional<std::size_t> profile;
    char const* about;
};

void check_places(Policy const& policy, std::initializer_list<Place> places) {
    for (auto const& place : places) {
        std::vector<IpAddress> addresses;
        addresses.reserve(place.addresses.size());
        for (auto const* address : place.addresses) addresses.push_back(test::value(IpAddress::parse(address)));
        auto const found = place_by_network(policy, {place.interface, addresses});
        test::check(found.profile == place.profile, place.about);
    }
}

Network network(char const* prefix, char const* interface, std::size_t profile) {
    Network result;
    if (*prefix != '\0') result.prefix = test::value(IpPrefix::parse(prefix));
    result.interface = interface;
    result.profile = profile;
    return result;
}

constexpr test::Test tests[] = {
    {"networks by interface come first, then the longest prefix of an address, then the first in the file",
     [] {
         auto policy = build::policy("UTC", {});
         policy.networks = {network("10.0.0.0/8", "", 0),  network("10.7.0.0/16", "", 1),
                            network("fd00:7::/64", "", 2), network("10.7.9.0/24", "lan9", 3),
                            network("", "guest", 4),       network("10.7.0.0/16", "", 5)};
         policy.newcomer_profile = 9;
         check_places(policy, {{"lan", {"10.1.2.3"}, 0, "the short prefix"},
                               {"lan", {"10.7.2.3"}, 1, "the longest prefix; of equals the first"},
                               {"lan", {"10.7.9.3"}, 1, "an interface that isn't its own"},
                               {"lan9", {"10.7.9.3"}, 3, "interface and prefix"},
                               {"lan9", {"10.7.8.3"}, 1, "the interface alone isn't enough"},
                               {"guest", {"10.7.9.3"}, 4, "the interface beats prefixes"},
                               {"guest", {}, 4, "no address yet"},
                               {"lan", {"fd00:7::1", "10.7.2.3"}, 1, "several networks: the first in the file"},
                               {"lan", {"fd00:7::1", "10.1.2.3"}, 0, "several networks, the other way around"},
                               {"lan", {"fe80::1", "fd00:7::1"}, 2, "an address in no network doesn't count"},
                               {"lan", {"192.168.1.1"}, 9, "nowhere: a newcomer"},
                               {"", {}, 9, "nothing known: a newcomer"}});
     }},
    {"of several networks of an interface the first in the file that holds applies",
     [] {
         auto policy = build::policy("UTC", {});
         policy.networks = {network("10.7.0.0/16", "lan", 0), network("", "lan", 1), network("10.7.7.0/24", "lan", 2)};
         check_places(policy, {{"lan", {"10.7.7.1"}, 0, "not the longest prefix"},
                               {"lan", {"10.8.0.1"}, 1, "the interface alone"},
                               {"wan", {"10.7.7.1"}, std::nullopt, "no newcomer profile"}});
         test::check(place_by_network(policy, {"lan", {}}).by == PlacedBy::network, "by network");
         test::check(place_by_network(policy, {"wan", {}}).by == PlacedBy::newcomer, "a newcomer");
     }},
};

}  // namespace

int main() {
    return test::run("policy/placement", tests);
}
