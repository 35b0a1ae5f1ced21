// Did somebody else touch our table? Reads the events of the nftables netlink group.
#pragma once

#include <string_view>

#include "base/descriptor.h"
#include "netlink_socket.h"

namespace kindgate::kernel {

// Is this event about this table, and not made by the socket with port `own`? Elements of resolved4 and resolved6 are
// nobody's but the front's: their changes are none.
bool is_foreign_change(Message const& event, std::string_view table, std::uint32_t own);

class ForeignChanges {
public:
    // What the socket with port `own` does is kept off in the kernel: a large change of ours neither wakes us nor makes
    // others' events overflow.
    static Result<ForeignChanges> listen(std::uint32_t own);

    int descriptor() const { return poll_.get(); }
    // Reads what has come. True: our table was changed, or perhaps.
    bool read();

    // While nobody listens a large change takes a third of the time: the kernel then describes no element. What others
    // do meanwhile goes unheard; who finds that somebody did something calls suspect().
    Result<void> pause() { return socket_.leave(group); }
    Result<void> resume() { return socket_.join(group); }
    // Makes the descriptor readable and the next read() true.
    void suspect();

private:
    static constexpr int group = 7;  // NFNLGRP_NFTABLES

    ForeignChanges(NetlinkSocket socket, std::uint32_t own, Descriptor poll, Descriptor suspicion)
        : socket_(std::move(socket)), own_(own), poll_(std::move(poll)), suspicion_(std::move(suspicion)) {}

    NetlinkSocket socket_;
    std::uint32_t own_;
    Descriptor poll_;       // epoll over the other two
    Descriptor suspicion_;  // eventfd
};

}  // namespace kindgate::kernel
