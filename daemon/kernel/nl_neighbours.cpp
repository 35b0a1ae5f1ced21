#include "kernel/nl_neighbours.h"

#include <fmt/format.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "neighbour_messages.h"
#include "neighbour_tracker.h"
#include "retry_timer.h"

namespace kindgate::kernel {

namespace {

constexpr int receive_buffer = 1024 * 1024;
constexpr int attempts = 8;

struct Free {
    void operator()(nl_sock* socket) const { nl_socket_free(socket); }
};
using Socket = std::unique_ptr<nl_sock, Free>;

Error error(int number, std::string_view what) {
    return Error{ErrorCode::system, fmt::format("{}: {}", what, nl_geterror(number))};
}

Result<Socket> connect() {
    Socket socket{nl_socket_alloc()};
    if (!socket) return Error::from_errno(ENOMEM, "opening a route netlink socket");
    nl_socket_disable_auto_ack(socket.get());
    nl_socket_disable_seq_check(socket.get());
    if (auto const failed = nl_connect(socket.get(), NETLINK_ROUTE); failed < 0)
        return error(failed, "opening a route netlink socket");
    static_cast<void>(nl_socket_set_buffer_size(socket.get(), receive_buffer, 0));  // best effort
    return socket;
}

Bytes bytes_of(nlmsghdr const* header) {
    auto const all = std::as_bytes(std::span{header, 1});
    return {all.data(), header->nlmsg_len};
}

}  // namespace

class NlNeighbours::Impl {
public:
    Impl(Socket events, Socket questions, RetryTimer retry)
        : events_(std::move(events)), questions_(std::move(questions)), retry_(std::move(retry)) {
        nl_socket_modify_cb(events_.get(), NL_CB_VALID, NL_CB_CUSTOM, on_event, this);
        nl_socket_modify_cb(questions_.get(), NL_CB_VALID, NL_CB_CUSTOM, on_answer, this);
        nl_socket_modify_cb(questions_.get(), NL_CB_DUMP_INTR, NL_CB_CUSTOM, on_interrupted, this);
    }

    Result<void> start(std::vector<std::string> const& interfaces, Callbacks callbacks) {
        callbacks_ = std::move(callbacks);
        tracker_.emplace(interfaces);
        if (auto const failed = nl_socket_add_memberships(events_.get(), RTNLGRP_LINK, RTNLGRP_NEIGH, RTNLGRP_NONE);
            failed < 0)
            return error(failed, "subscribing to neighbours and links");
        if (auto const failed = nl_socket_set_nonblocking(events_.get()); failed < 0)
            return error(failed, "subscribing to neighbours and links");
        return resync();
    }

    int descriptor() const { return retry_.descriptor(); }

    void read_events() {
        if (!tracker_) return;
        for (;;) {
            auto const result = nl_recvmsgs_default(events_.get());
            if (result == -NLE_AGAIN || result == -NLE_INTR) break;
            // ENOBUFS (libnl says NLE_NOMEM) or worse: messages were lost.
            if (result < 0) stale_ = true;
            if (result < 0 && result != -NLE_NOMEM) break;
        }
        if (!stale_) return;
        if (resync().ok())
            retry_.done();
        else
            retry_.failed();
    }

private:
    static Message message_of(nl_msg* message) { return *Messages{bytes_of(nlmsg_hdr(message))}.next(); }

    static int on_event(nl_msg* message, void* self) {
        static_cast<Impl*>(self)->event(message_of(message));
        return NL_OK;
    }
    static int on_answer(nl_msg* message, void* self) {
        auto& tracker = *static_cast<Impl*>(self)->tracker_;
        auto const facts = message_of(message);
        if (auto const link = parse_link(facts)) tracker.link(*link);
        if (auto const neighbour = parse_neighbour(facts)) tracker.neighbour(*neighbour);
        return NL_OK;
    }
    static int on_interrupted(nl_msg* /*message*/, void* self) {
        static_cast<Impl*>(self)->interrupted_ = true;
        return NL_OK;
    }

    void event(Message const& message) {
        if (auto const fact = parse_link(message)) {
            stale_ = stale_ || tracker_->renames(*fact);
            for (auto const& link : tracker_->link(*fact)) callbacks_.link(link);
        }
        if (auto const fact = parse_neighbour(message))
            for (auto const& neighbour : tracker_->neighbour(*fact)) callbacks_.neighbour(neighbour);
    }

    // An interrupted dump is incomplete and made again.
    Result<void> dump(int type, int family) {
        rtgenmsg const request{static_cast<unsigned char>(family)};
        if (auto const sent =
                nl_send_simple(questions_.get(), type, NLM_F_DUMP, const_cast<rtgenmsg*>(&request), sizeof request);
            sent < 0)
            return error(sent, "asking the kernel for neighbours and links");
        if (auto const read = nl_recvmsgs_default(questions_.get()); read < 0)
            return error(read, "reading the kernel's neighbours and links");
        return {};
    }

    Result<void> resync() {
        for (int i = 0; i < attempts; ++i) {
            interrupted_ = false;
            tracker_->forget_links();
            tracker_->forget_neighbours();
            KG_TRY(dump(RTM_GETLINK, AF_UNSPEC));
            KG_TRY(dump(RTM_GETNEIGH, AF_INET));
            KG_TRY(dump(RTM_GETNEIGH, AF_INET6));
            if (interrupted_) continue;
            stale_ = false;
            for (auto const& link : tracker_->links()) callbacks_.link(link);
            callbacks_.resynced(tracker_->all());
            return {};
        }
        return Error{ErrorCode::unavailable, "the kernel's neighbours change faster than they can be read"};
    }

    Socket events_;
    Socket questions_;
    RetryTimer retry_;
    Callbacks callbacks_;
    std::optional<NeighbourTracker> tracker_;
    bool stale_ = false;
    bool interrupted_ = false;
};

NlNeighbours::NlNeighbours(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NlNeighbours::~NlNeighbours() = default;

Result<std::unique_ptr<NlNeighbours>> NlNeighbours::create() {
    auto events = KG_TRY(connect());
    auto questions = KG_TRY(connect());
    auto retry = KG_TRY(RetryTimer::beside(nl_socket_get_fd(events.get())));
    auto impl = std::make_unique<Impl>(std::move(events), std::move(questions), std::move(retry));
    return std::unique_ptr<NlNeighbours>{new NlNeighbours{std::move(impl)}};  // NOLINT: the constructor is private
}

Result<void> NlNeighbours::start(std::vector<std::string> interfaces, Callbacks callbacks) {
    return impl_->start(interfaces, std::move(callbacks));
}
int NlNeighbours::event_descriptor() const {
    return impl_->descriptor();
}
void NlNeighbours::read_events() {
    impl_->read_events();
}

}  // namespace kindgate::kernel
