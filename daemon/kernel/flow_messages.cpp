#include "flow_messages.h"

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <sys/socket.h>

#include <array>
#include <bit>
#include <cstring>

#include "contract.h"

namespace kindgate::kernel {

namespace {

// A tuple has two addresses, ports and a few small things: far below.
constexpr std::size_t largest_tuple = 512;
using Page = std::array<char, 1024>;

std::uint32_t big(std::uint32_t value) {
    return std::endian::native == std::endian::little ? std::byteswap(value) : value;
}

nlmsghdr* start(Page& page, std::uint8_t type, std::uint16_t flags, std::uint8_t family, std::uint32_t sequence) {
    auto* message = mnl_nlmsg_put_header(page.data());
    message->nlmsg_type = static_cast<std::uint16_t>(NFNL_SUBSYS_CTNETLINK << 8U | type);
    message->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    message->nlmsg_seq = sequence;
    auto* header = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(message, sizeof(nfgenmsg)));
    header->nfgen_family = family;
    header->version = NFNETLINK_V0;
    return message;
}

void name(nlmsghdr* message, Flow const& flow) {
    mnl_attr_put(message, CTA_TUPLE_ORIG | NLA_F_NESTED, flow.tuple.size(), flow.tuple.data());
    if (flow.zone) mnl_attr_put_u16(message, CTA_ZONE, *flow.zone);
}

// The kernel takes the marked bits away and flips these in.
void put_slot(nlmsghdr* message, Slot slot) {
    mnl_attr_put_u32(message, CTA_MARK, big(slot.number()));
    mnl_attr_put_u32(message, CTA_MARK_MASK, big(contract::slot_mask));
}

void append(std::vector<std::byte>& to, nlmsghdr const* message) {
    auto const all = std::as_bytes(std::span{message, 1});
    auto const bytes = Bytes{all.data(), message->nlmsg_len};
    to.insert(to.end(), bytes.begin(), bytes.end());
}

}  // namespace

std::optional<Flow> parse_flow(Bytes payload) {
    if (payload.size() < sizeof(nfgenmsg)) return std::nullopt;
    Flow flow;
    flow.family = std::to_integer<std::uint8_t>(payload.front());
    Attributes all{payload.subspan(sizeof(nfgenmsg))};
    while (auto const attribute = all.next()) {
        auto const bytes = attribute->payload;
        if (attribute->type == CTA_TUPLE_ORIG) flow.tuple.assign(bytes.begin(), bytes.end());
        if (attribute->type == CTA_MARK) flow.mark = big32(bytes).value_or(0);
        if (attribute->type != CTA_ZONE || bytes.size() != sizeof(std::uint16_t)) continue;
        flow.zone.emplace();
        std::memcpy(&*flow.zone, bytes.data(), sizeof(std::uint16_t));
    }
    if (!all.ok() || flow.tuple.empty() || flow.tuple.size() > largest_tuple) return std::nullopt;
    return flow;
}

std::optional<FlowUse> parse_flow_use(Bytes payload) {
    if (payload.size() < sizeof(nfgenmsg)) return std::nullopt;
    FlowUse use;
    bool named = false;
    Attributes all{payload.subspan(sizeof(nfgenmsg))};
    while (auto const attribute = all.next()) {
        auto const bytes = attribute->payload;
        switch (attribute->type) {
            case CTA_MARK: use.mark = big32(bytes).value_or(0); break;
            case CTA_ID:
                use.id = big32(bytes).value_or(0);
                named = true;
                break;
            case CTA_COUNTERS_ORIG:
            case CTA_COUNTERS_REPLY:
                if (auto const octets = find(bytes, CTA_COUNTERS_BYTES)) use.octets += big64(*octets).value_or(0);
                break;
            default: break;
        }
    }
    if (!all.ok() || !named) return std::nullopt;
    return use;
}

void FlowMessages::list(Slot slot) {
    Page page;
    auto* message = start(page, IPCTNL_MSG_CT_GET, NLM_F_DUMP, AF_UNSPEC, next_++);
    put_slot(message, slot);
    append(bytes_, message);
}

void FlowMessages::list_all() {
    Page page;
    append(bytes_, start(page, IPCTNL_MSG_CT_GET, NLM_F_DUMP, AF_UNSPEC, next_++));
}

void FlowMessages::end(Flow const& flow) {
    Page page;
    auto* message = start(page, IPCTNL_MSG_CT_DELETE, NLM_F_ACK, flow.family, next_++);
    name(message, flow);
    append(bytes_, message);
}

void FlowMessages::move(Flow const& flow, Slot to) {
    Page page;
    auto* message = start(page, IPCTNL_MSG_CT_NEW, NLM_F_ACK, flow.family, next_++);
    name(message, flow);
    put_slot(message, to);
    append(bytes_, message);
}

}  // namespace kindgate::kernel
