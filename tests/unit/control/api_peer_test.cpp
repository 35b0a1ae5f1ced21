#include "api_peer.h"

#include <grp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

namespace {

using namespace kindgate;
using control::ApiPeer;

constexpr test::Test tests[] = {
    {"root, the daemon's user and admin groups may change things, nobody else",
     [] {
         constexpr uid_t own = 998;
         constexpr gid_t admins[] = {27, 50};
         struct Case {
             char const* who;
             ApiPeer peer;
             bool may;
         };
         Case const cases[] = {
             {"root", {0, 0, "root", {0}}, true},
             {"the daemon's user", {own, 998, "kindgate", {998}}, true},
             {"an admin by a further group", {1000, 1000, "parent", {1000, 24, 50}}, true},
             {"an admin by the main group", {1000, 27, "parent", {27}}, true},
             {"another user", {1001, 1001, "kid", {1001, 24}}, false},
             {"the daemon's group is no right", {1002, 998, "tot", {998}}, false},
             {"root's group is no right", {1003, 0, "eve", {0}}, false},
         };
         for (auto const& c : cases) test::equal(control::may_change(c.peer, own, admins), c.may, c.who);
         test::check(!control::may_change({1000, 27, "parent", {27}}, own, {}), "no admin groups, no admins");
     }},
    {"a peer is known by its credentials",
     [] {
         int ends[2] = {};
         test::equal(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0, "socketpair");
         auto const peer = control::read_peer(ends[0]);
         ::close(ends[0]);
         ::close(ends[1]);
         test::equal(test::value(peer).uid, ::getuid(), "uid");
         test::check(!peer->user.empty(), "a name or a number");
         test::equal(peer->groups.front(), ::getgid(), "its own group first");
         test::check(!control::read_peer(-1).ok(), "no socket");
     }},
    {"groups are found by name; unknown ones are nobody's",
     [] {
         std::string const names[] = {"no-such-group-here", ::getgrgid(0)->gr_name};
         test::check(control::find_groups(names) == std::vector<gid_t>{0}, "groups");
     }},
};

}  // namespace

int main() {
    return test::run("control/api_peer", tests);
}
