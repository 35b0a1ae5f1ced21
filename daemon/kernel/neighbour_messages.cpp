#include "neighbour_messages.h"

#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace kindgate::kernel {

namespace {

template <typename Header>
std::optional<Header> header_of(Bytes payload) {
    if (payload.size() < sizeof(Header)) return std::nullopt;
    Header header{};
    std::memcpy(&header, payload.data(), sizeof header);
    return header;
}

template <std::size_t size>
std::optional<std::array<std::uint8_t, size>> octets(Bytes bytes) {
    if (bytes.size() != size) return std::nullopt;
    std::array<std::uint8_t, size> out{};
    std::ranges::transform(bytes, out.begin(), [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
    return out;
}

std::optional<IpAddress> address_of(std::uint8_t family, Bytes bytes) {
    if (auto const four = octets<4>(bytes); family == AF_INET && four) return IpAddress{*four};
    if (auto const sixteen = octets<16>(bytes); family == AF_INET6 && sixteen) return IpAddress{*sixteen};
    return std::nullopt;
}

// The same as Mac::parse takes: no group address, not all zero.
std::optional<Mac> mac_of(Bytes bytes) {
    auto const six = octets<6>(bytes);
    if (!six || (six->front() & 0x01U) != 0 || *six == std::array<std::uint8_t, 6>{}) return std::nullopt;
    return Mac{*six};
}

}  // namespace

std::optional<NeighbourFact> parse_neighbour(Message const& message) {
    if (message.type != RTM_NEWNEIGH && message.type != RTM_DELNEIGH) return std::nullopt;
    auto const header = header_of<ndmsg>(message.payload);
    if (!header) return std::nullopt;
    std::optional<IpAddress> address;
    NeighbourFact fact;
    Attributes all{message.payload.subspan(NLMSG_ALIGN(sizeof(ndmsg)))};
    while (auto const attribute = all.next()) {
        if (attribute->type == NDA_DST) address = address_of(header->ndm_family, attribute->payload);
        if (attribute->type == NDA_LLADDR) fact.mac = mac_of(attribute->payload);
    }
    if (!all.ok() || !address) return std::nullopt;
    constexpr unsigned present = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT;
    fact.interface = header->ndm_ifindex;
    fact.address = *address;
    fact.present = message.type == RTM_NEWNEIGH && (header->ndm_state & present) != 0 && fact.mac.has_value();
    return fact;
}

std::optional<LinkFact> parse_link(Message const& message) {
    if (message.type != RTM_NEWLINK && message.type != RTM_DELLINK) return std::nullopt;
    auto const header = header_of<ifinfomsg>(message.payload);
    if (!header || header->ifi_family != AF_UNSPEC) return std::nullopt;
    LinkFact fact;
    Attributes all{message.payload.subspan(NLMSG_ALIGN(sizeof(ifinfomsg)))};
    while (auto const attribute = all.next()) {
        if (attribute->type == IFLA_IFNAME) fact.name = text(attribute->payload);
        if (attribute->type == IFLA_ADDRESS) fact.mac = mac_of(attribute->payload);
    }
    if (!all.ok() || fact.name.empty()) return std::nullopt;
    fact.interface = header->ifi_index;
    fact.exists = message.type == RTM_NEWLINK;
    fact.up = fact.exists && (header->ifi_flags & IFF_UP) != 0 && (header->ifi_flags & IFF_RUNNING) != 0;
    return fact;
}

}  // namespace kindgate::kernel
