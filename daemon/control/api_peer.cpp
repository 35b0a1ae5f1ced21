#include "api_peer.h"

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include <fmt/format.h>

namespace kindgate::control {

namespace {

// Enough for an entry of any user database seen; a longer one counts as unknown.
using LookUpBuffer = std::array<char, 16'384>;

void look_up_user(ApiPeer& peer) {
    LookUpBuffer buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(peer.uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return;
    peer.user = found->pw_name;
    std::array<gid_t, 1024> groups{};
    int count = groups.size();
    if (::getgrouplist(found->pw_name, peer.gid, groups.data(), &count) < 0) count = 0;
    peer.groups.insert(peer.groups.end(), groups.begin(), groups.begin() + count);
}

}  // namespace

Result<ApiPeer> read_peer(int socket) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return Error::from_errno(errno, "who asks is unknown (SO_PEERCRED)");
    ApiPeer peer{credentials.uid, credentials.gid, fmt::format("uid {}", credentials.uid), {credentials.gid}};
    look_up_user(peer);
    return peer;
}

std::vector<gid_t> find_groups(std::span<std::string const> names) {
    std::vector<gid_t> groups;
    for (auto const& name : names) {
        LookUpBuffer buffer{};
        group entry{};
        group* found = nullptr;
        if (::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
            groups.push_back(found->gr_gid);
    }
    return groups;
}

bool may_change(ApiPeer const& peer, uid_t own, std::span<gid_t const> admin_groups) {
    if (peer.uid == 0 || peer.uid == own) return true;
    return std::ranges::any_of(
        peer.groups, [&](gid_t group) { return std::ranges::find(admin_groups, group) != admin_groups.end(); });
}

}  // namespace kindgate::control
