#include "udp_clients.h"

#include <cerrno>
#include <cstring>

namespace kindgate::front {

namespace {

#ifndef SO_RCVMARK
constexpr int SO_RCVMARK = 75;  // Linux 5.19
#endif

// No honest query is longer: what doesn't fit is cut by the kernel and then malformed.
constexpr std::size_t longest_query = 1536;
constexpr std::size_t control_room = CMSG_SPACE(sizeof(std::uint32_t)) + CMSG_SPACE(sizeof(in6_pktinfo));

bool set(int socket, int level, int name, int value) {
    return setsockopt(socket, level, name, &value, sizeof value) == 0;
}

bool is_any(IpAddress const& address) {
    for (auto const byte : address.bytes())
        if (byte != 0) return false;
    return true;
}

// A socket that somebody polls is woken with each datagram that has left it, which takes a tenth of an answer's time.
// So answers leave through another one of the same port. It is bound to an address that nobody has (RFC 6666; RFC 7600,
// 4.8), where nothing arrives; each answer brings its own. Only programs of the same user can share the port so.
Descriptor open_sender(int family, std::uint16_t port) {
    bool const v6 = family == AF_INET6;
    IpAddress const nobodys =
        v6 ? IpAddress{std::array<std::uint8_t, 16>{1}} : IpAddress{std::array<std::uint8_t, 4>{192, 0, 0, 8}};
    Descriptor sender{socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    SocketAddress const address{{nobodys, port}};
    bool const bound = sender.open() && set(sender.get(), SOL_SOCKET, SO_REUSEPORT, 1) &&
                       set(sender.get(), v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_FREEBIND : IP_FREEBIND, 1) &&
                       bind(sender.get(), address.get(), address.size()) == 0;
    return bound ? std::move(sender) : Descriptor{};
}

}  // namespace

struct UdpClients::Incoming {
    Incoming() {
        for (std::size_t i = 0; i < at_once; ++i) {
            vectors[i] = {bytes[i].data(), bytes[i].size()};
            auto& header = messages[i].msg_hdr;
            header.msg_iov = &vectors[i];
            header.msg_iovlen = 1;
            header.msg_name = addresses[i].get();
            header.msg_control = control[i].bytes.data();
        }
    }
    struct alignas(cmsghdr) Control {
        std::array<std::byte, control_room> bytes;
    };
    std::array<std::array<std::byte, longest_query>, at_once> bytes;
    std::array<SocketAddress, at_once> addresses;
    std::array<Control, at_once> control;
    std::array<iovec, at_once> vectors{};
    std::array<mmsghdr, at_once> messages{};
};

struct UdpClients::Sending {
    std::array<Incoming::Control, at_once> control;
    std::array<iovec, at_once> vectors{};
    std::array<mmsghdr, at_once> messages{};
};

// A batch that came in leads to as many answers at most, and what comes back from upstreams in between is flushed when
// full.
UdpClients::UdpClients()
    : in_(std::make_unique<Incoming>()),
      sending_(std::make_unique<Sending>()),
      out_(std::make_unique_for_overwrite<Outgoing[]>(at_once)) {}

UdpClients::~UdpClients() = default;

Result<Endpoint> UdpClients::listen(Endpoint const& endpoint, Poller& poller) {
    SocketAddress address{endpoint};
    Listener listener{Descriptor{socket(address.family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)},
                      {},
                      address.family(),
                      is_any(endpoint.address)};
    auto const one = listener.socket.get();
    if (one < 0) return socket_error("can't open a UDP socket for", endpoint);
    bool const v6 = address.family() == AF_INET6;
    if (v6 && !set(one, IPPROTO_IPV6, IPV6_V6ONLY, 1)) return socket_error("can't set up", endpoint);
    if (!set(one, SOL_SOCKET, SO_RCVMARK, 1) && errno == ENOPROTOOPT)
        return Error{ErrorCode::unavailable,
                     "this kernel doesn't tell whose a question is (SO_RCVMARK): Linux 5.19 or later does"};
    // Room for a burst of a thousand devices.
    (void)set(one, SOL_SOCKET, SO_RCVBUF, 1 << 20);
    if (listener.any_address &&
        !(set(one, SOL_SOCKET, SO_REUSEPORT, 1) &&
          (v6 ? set(one, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) : set(one, IPPROTO_IP, IP_PKTINFO, 1))))
        return socket_error("can't set up", endpoint);
    if (bind(one, address.get(), address.size()) != 0) return socket_error("can't listen on UDP", endpoint);
    socklen_t size = SocketAddress::room;
    if (getsockname(one, address.get(), &size) != 0 ||
        !poller.add(one, Ready::udp_client, static_cast<std::uint32_t>(listeners_.size())))
        return socket_error("can't listen on UDP", endpoint);
    if (listener.any_address) listener.sender = open_sender(address.family(), address.port());
    listeners_.push_back(std::move(listener));
    return Endpoint{endpoint.address, address.port()};
}

std::size_t UdpClients::receive_batch(std::uint32_t listener) {
    for (auto& message : in_->messages) {
        message.msg_hdr.msg_namelen = SocketAddress::room;
        message.msg_hdr.msg_controllen = control_room;
    }
    int const got = recvmmsg(listeners_[listener].socket.get(), in_->messages.data(), at_once, MSG_DONTWAIT, nullptr);
    return got < 0 ? 0 : static_cast<std::size_t>(got);
}

content::dns::Bytes UdpClients::bytes_of(std::size_t i) const {
    return content::dns::Bytes{in_->bytes[i]}.first(in_->messages[i].msg_len);
}

bool UdpClients::take(std::uint32_t listener, std::size_t i, Asker& asker) {
    auto& header = in_->messages[i].msg_hdr;
    if ((header.msg_flags & MSG_CTRUNC) != 0) return false;
    asker.address = in_->addresses[i];
    asker.listener = static_cast<std::uint16_t>(listener);
    // An answer to port 0 can't be sent.
    if (asker.address.port() == 0) return false;
    for (auto* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SO_MARK) {
            std::uint32_t mark = 0;
            std::memcpy(&mark, CMSG_DATA(part), sizeof mark);
            asker.slot = Slot{static_cast<std::uint16_t>(mark & slot_mask)};
        } else if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
            std::memcpy(asker.local.data(), CMSG_DATA(part), sizeof(in_pktinfo));
        } else if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
            std::memcpy(asker.local.data(), CMSG_DATA(part), sizeof(in6_pktinfo));
        }
    }
    return true;
}

namespace {

// From the address that the client sent to. The interface is the route's matter for IPv4; IPv6 needs it for link-local
// ones.
void put_local(msghdr& header, std::span<std::byte> room, Asker const& asker, int family) {
    header.msg_control = room.data();
    header.msg_controllen = family == AF_INET ? CMSG_SPACE(sizeof(in_pktinfo)) : CMSG_SPACE(sizeof(in6_pktinfo));
    auto* const part = CMSG_FIRSTHDR(&header);
    if (family == AF_INET) {
        in_pktinfo info{};
        std::memcpy(&info, asker.local.data(), sizeof info);
        info.ipi_ifindex = 0;
        part->cmsg_level = IPPROTO_IP;
        part->cmsg_type = IP_PKTINFO;
        part->cmsg_len = CMSG_LEN(sizeof info);
        std::memcpy(CMSG_DATA(part), &info, sizeof info);
    } else {
        part->cmsg_level = IPPROTO_IPV6;
        part->cmsg_type = IPV6_PKTINFO;
        part->cmsg_len = CMSG_LEN(sizeof(in6_pktinfo));
        std::memcpy(CMSG_DATA(part), asker.local.data(), sizeof(in6_pktinfo));
    }
}

}  // namespace

void UdpClients::flush() {
    for (std::size_t at = 0; at < queued_;) {
        auto const& listener = listeners_[out_[at].asker.listener];
        auto const first_listener = out_[at].asker.listener;
        unsigned count = 0;
        for (; at < queued_ && out_[at].asker.listener == first_listener; ++at) {
            auto& out = out_[at];
            if (out.size == 0) continue;
            sending_->vectors[count] = {out.bytes.data(), out.size};
            auto& header = sending_->messages[count].msg_hdr;
            header = {};
            header.msg_iov = &sending_->vectors[count];
            header.msg_iovlen = 1;
            header.msg_name = out.asker.address.get();
            header.msg_namelen = out.asker.address.size();
            if (listener.any_address) put_local(header, sending_->control[count].bytes, out.asker, listener.family);
            ++count;
        }
        auto const& sender = listener.sender.open() ? listener.sender : listener.socket;
        for (unsigned sent = 0; sent < count;) {
            int const now = sendmmsg(sender.get(), &sending_->messages[sent], count - sent, MSG_DONTWAIT);
            // One that can't be sent (its client is gone) must not hold up the others.
            sent += now > 0 ? static_cast<unsigned>(now) : 1;
        }
    }
    queued_ = 0;
}

}  // namespace kindgate::front
