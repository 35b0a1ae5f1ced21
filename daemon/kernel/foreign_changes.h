// Did somebody else touch our table? Reads the events of the nftables netlink group.
#pragma once

#include <string_view>

#include "netlink_socket.h"

namespace kindgate::kernel {

// Is this event about this table, and not made by the socket with port `own`?
bool is_foreign_change(Message const& event, std::string_view table, std::uint32_t own);

class ForeignChanges {
public:
    // What the socket with port `own` does is kept off in the kernel: a large change of ours neither wakes us nor makes
    // others' events overflow.
    static Result<ForeignChanges> listen(std::uint32_t own);

    int descriptor() const { return socket_.descriptor(); }
    // Reads what has come. True: our table was changed, or events were lost.
    bool read();

private:
    ForeignChanges(NetlinkSocket socket, std::uint32_t own) : socket_(std::move(socket)), own_(own) {}

    NetlinkSocket socket_;
    std::uint32_t own_;
};

}  // namespace kindgate::kernel
