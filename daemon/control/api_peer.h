// Who is at the other end of a unix socket, and what that allows.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "control/service.h"

namespace kindgate::control {

struct ApiPeer {
    uid_t uid = 0;
    gid_t gid = 0;
    std::string user;           // name, else "uid 1234"
    std::vector<gid_t> groups;  // all that the user is in, the peer's own first
};

// By SO_PEERCRED: who it was when it connected. Groups are looked up in the system's user database.
Result<ApiPeer> read_peer(int socket);

// Groups that the system doesn't know are left out.
std::vector<gid_t> find_groups(std::span<std::string const> names);

// Root, the daemon's own user, and members of an admin group may change things. Pure.
bool may_change(ApiPeer const& peer, uid_t own, std::span<gid_t const> admin_groups);

}  // namespace kindgate::control
