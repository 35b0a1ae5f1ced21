#include "netlink_socket.h"

#include <fmt/format.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace kindgate::kernel {

namespace {

// The kernel fits a dump's datagrams to the largest buffer it has seen, up to 32 KiB.
constexpr std::size_t buffer_size = 64UL * 1024;
constexpr int receive_buffer = 4 * 1024 * 1024;
// The kernel answers before the sending call returns; it is only for a kernel that never answers.
constexpr int patience_milliseconds = 5000;

void set_option(mnl_socket const* socket, int level, int option, int value) {
    // Best effort: without it there is less room or there are fewer words, and the errors that follow are handled.
    static_cast<void>(setsockopt(mnl_socket_get_fd(socket), level, option, &value, sizeof value));
}

// The errno with which an answer ends: an acknowledgement, or a dump's last message. nullopt: it goes on.
std::optional<int> parse_end(Message const& message) {
    if (auto const refusal = parse_refusal(message)) return refusal->number;
    if (message.type != NLMSG_DONE) return std::nullopt;
    auto const number =
        message.payload.size() < sizeof(int) ? 0U : host32(message.payload.first(sizeof(int))).value_or(0);
    return static_cast<int>(0U - number);
}

bool within(std::uint32_t sequence, std::uint32_t first, std::uint32_t last) {
    return sequence - first <= last - first;
}

}  // namespace

void NetlinkSocket::Close::operator()(mnl_socket* socket) const {
    mnl_socket_close(socket);
}

NetlinkSocket::NetlinkSocket(std::unique_ptr<mnl_socket, Close> socket)
    : socket_(std::move(socket)), buffer_(std::make_unique_for_overwrite<std::byte[]>(buffer_size)) {}

Result<NetlinkSocket> NetlinkSocket::open() {
    std::unique_ptr<mnl_socket, Close> socket{mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC)};
    if (!socket) return Error::from_errno(errno, "opening a netfilter netlink socket");
    if (mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0)
        return Error::from_errno(errno, "binding a netfilter netlink socket");
    set_option(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, receive_buffer);
    set_option(socket.get(), SOL_NETLINK, NETLINK_EXT_ACK, 1);
    set_option(socket.get(), SOL_NETLINK, NETLINK_CAP_ACK, 1);
    return NetlinkSocket{std::move(socket)};
}

std::uint32_t NetlinkSocket::port() const {
    return mnl_socket_get_portid(socket_.get());
}
int NetlinkSocket::descriptor() const {
    return mnl_socket_get_fd(socket_.get());
}

Result<void> NetlinkSocket::write(Bytes bytes) {
    // A datagram larger than the send buffer is refused. The kernel doubles what it is told.
    set_option(socket_.get(), SOL_SOCKET, SO_SNDBUFFORCE, static_cast<int>(std::max(bytes.size(), buffer_size)));
    while (mnl_socket_sendto(socket_.get(), bytes.data(), bytes.size()) < 0)
        if (errno != EINTR)
            return Error::from_errno(errno, fmt::format("sending {} bytes to the kernel", bytes.size()));
    return {};
}

Result<Bytes> NetlinkSocket::read(int timeout_milliseconds) {
    for (;;) {
        pollfd waiting{descriptor(), POLLIN, 0};
        auto const ready = poll(&waiting, 1, timeout_milliseconds);
        if (ready == 0) return Bytes{};
        auto const size = ready < 0 ? -1 : mnl_socket_recvfrom(socket_.get(), buffer_.get(), buffer_size);
        if (size >= 0) return Bytes{buffer_.get(), static_cast<std::size_t>(size)};
        if (errno != EINTR) return Error::from_errno(errno, "reading the kernel's answer");
    }
}

Result<void> NetlinkSocket::send(Batch const& batch, std::function<void(std::uint32_t, int)> const& refused) {
    KG_TRY(write(batch.bytes()));
    std::optional<Error> first_refused;
    bool acknowledged = false;
    // A message behind a refused one may be acknowledged although the whole batch is undone: read all there is.
    for (;;) {
        auto const datagram = KG_TRY(read(acknowledged || first_refused ? 0 : patience_milliseconds));
        if (datagram.empty()) break;
        Messages messages{datagram};
        while (auto const message = messages.next()) {
            if (!within(message->sequence, batch.first_sequence(), batch.last_sequence())) continue;
            auto const refusal = parse_refusal(*message);
            if (!refusal) continue;
            if (refusal->number == 0) {
                acknowledged = acknowledged || message->sequence == batch.acknowledged_sequence();
                continue;
            }
            if (refused) refused(message->sequence - batch.first_sequence(), refusal->number);
            if (!first_refused) {
                first_refused = Error::from_errno(
                    refusal->number,
                    fmt::format("the kernel refused message {} of {} of a change of table inet kindgate{}{}",
                                message->sequence - batch.first_sequence(),
                                batch.last_sequence() - batch.first_sequence() - 1, refusal->words.empty() ? "" : ": ",
                                refusal->words));
            }
        }
    }
    if (first_refused) return *first_refused;
    if (!acknowledged)
        return Error::from_errno(ETIMEDOUT, "waiting for the kernel to acknowledge a change of table inet kindgate");
    return {};
}

Result<void> NetlinkSocket::send_each(Bytes all, std::uint32_t last_sequence, std::function<void(int)> const& refused) {
    KG_TRY(write(all));
    for (;;) {
        auto const datagram = KG_TRY(read(patience_milliseconds));
        if (datagram.empty()) return Error::from_errno(ETIMEDOUT, "waiting for the kernel's acknowledgement");
        Messages messages{datagram};
        while (auto const message = messages.next()) {
            auto const refusal = parse_refusal(*message);
            if (!refusal) continue;
            if (refusal->number != 0) refused(refusal->number);
            if (message->sequence == last_sequence) return {};
        }
    }
}

Result<void> NetlinkSocket::ask(Bytes request, std::uint32_t sequence,
                                std::function<void(Message const&)> const& answer) {
    KG_TRY(write(request));
    bool interrupted = false;
    for (;;) {
        auto const datagram = KG_TRY(read(patience_milliseconds));
        if (datagram.empty()) return Error::from_errno(ETIMEDOUT, "waiting for the kernel's answer");
        Messages messages{datagram};
        while (auto const message = messages.next()) {
            if (message->sequence != sequence) continue;
            interrupted = interrupted || (message->flags & NLM_F_DUMP_INTR) != 0;
            auto const end = parse_end(*message);
            if (end && *end != 0) return Error::from_errno(*end, "asking the kernel");
            if (end) {
                if (interrupted) return Error::from_errno(EINTR, "the kernel's answer changed while it was read");
                return {};
            }
            answer(*message);
        }
    }
}

Result<void> NetlinkSocket::join(int group) {
    if (mnl_socket_setsockopt(socket_.get(), NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0)
        return Error::from_errno(errno, fmt::format("subscribing to netfilter netlink group {}", group));
    return {};
}

Result<void> NetlinkSocket::leave(int group) {
    if (mnl_socket_setsockopt(socket_.get(), NETLINK_DROP_MEMBERSHIP, &group, sizeof group) < 0)
        return Error::from_errno(errno, fmt::format("unsubscribing from netfilter netlink group {}", group));
    return {};
}

Result<bool> NetlinkSocket::receive_event(std::function<void(Message const&)> const& event) {
    auto const datagram = KG_TRY(read(0));
    Messages messages{datagram};
    while (auto const message = messages.next()) event(*message);
    return !datagram.empty();
}

std::optional<Refusal> parse_refusal(Message const& message) {
    constexpr auto header = sizeof(std::uint32_t) + sizeof(nlmsghdr);  // struct nlmsgerr
    if (message.type != NLMSG_ERROR || message.payload.size() < sizeof(std::uint32_t)) return std::nullopt;
    auto const number = host32(message.payload.first(sizeof(std::uint32_t)));
    Refusal refusal{static_cast<int>(0U - *number), {}};  // told as a negative errno
    // The words stand behind the refused message's header only if its payload was left out.
    constexpr auto with_words = NLM_F_ACK_TLVS | NLM_F_CAPPED;
    if ((message.flags & with_words) != with_words || message.payload.size() < header) return refusal;
    if (auto const words = find(message.payload.subspan(header), NLMSGERR_ATTR_MSG)) refusal.words = text(*words);
    return refusal;
}

}  // namespace kindgate::kernel
