#include "foreign_changes.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "contract.h"

namespace kindgate::kernel {

namespace {

// Drops datagrams whose first message carries the port. A datagram holds events of one change only, so of one port. The
// port stands in the machine's order; the filter loads big-endian.
Result<void> keep_off(int descriptor, std::uint32_t port) {
    std::array<sock_filter, 4> program{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(nlmsghdr, nlmsg_pid)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(port), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
    }};
    sock_fprog const filter{static_cast<unsigned short>(program.size()), program.data()};
    if (setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) < 0)
        return Error::from_errno(errno, "filtering our own nftables events");
    return {};
}

bool is_of_the_front(unsigned what, Bytes attributes) {
    if (what != NFT_MSG_NEWSETELEM && what != NFT_MSG_DELSETELEM) return false;
    auto const set = find(attributes, NFTA_SET_ELEM_LIST_SET);
    return set && (text(*set) == contract::resolved4 || text(*set) == contract::resolved6);
}

}  // namespace

bool is_foreign_change(Message const& event, std::string_view table, std::uint32_t own) {
    if (event.port == own || event.type >> 8U != NFNL_SUBSYS_NFTABLES || event.payload.size() < sizeof(nfgenmsg))
        return false;
    if ((event.type & 0xffU) == NFT_MSG_NEWGEN)
        return false;  // the end of somebody's change; of which table it doesn't say
    if (std::to_integer<unsigned>(event.payload.front()) != NFPROTO_INET) return false;
    // In every event but NEWGEN the first attribute type is the table's name.
    auto const attributes = event.payload.subspan(sizeof(nfgenmsg));
    auto const name = find(attributes, NFTA_TABLE_NAME);
    return name && text(*name) == table && !is_of_the_front(event.type & 0xffU, attributes);
}

Result<ForeignChanges> ForeignChanges::listen(std::uint32_t own) {
    static_assert(group == NFNLGRP_NFTABLES);
    auto socket = KG_TRY(NetlinkSocket::open());
    KG_TRY(keep_off(socket.descriptor(), own));
    KG_TRY(socket.join(group));
    Descriptor poll{epoll_create1(EPOLL_CLOEXEC)};
    Descriptor suspicion{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    for (int const watched : {socket.descriptor(), suspicion.get()}) {
        epoll_event event{.events = EPOLLIN, .data = {.fd = watched}};
        if (epoll_ctl(poll.get(), EPOLL_CTL_ADD, watched, &event) < 0)
            return Error::from_errno(errno, "waiting for nftables events");
    }
    return ForeignChanges{std::move(socket), own, std::move(poll), std::move(suspicion)};
}

bool ForeignChanges::read() {
    eventfd_t suspicions = 0;
    bool changed = eventfd_read(suspicion_.get(), &suspicions) == 0;
    for (;;) {
        auto const more = socket_.receive_event(
            [&](Message const& event) { changed = is_foreign_change(event, contract::table, own_) || changed; });
        // Events were lost (ENOBUFS), or the socket is broken: whatever they were, look at the table.
        if (!more.ok()) return true;
        if (!*more) return changed;
    }
}

void ForeignChanges::suspect() {
    static_cast<void>(eventfd_write(suspicion_.get(), 1));
}

}  // namespace kindgate::kernel
