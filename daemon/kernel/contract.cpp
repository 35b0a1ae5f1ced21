#include "contract.h"

#include <netinet/in.h>  // before the kernel's own, which then leave its names alone

#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/object.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/icmp.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter_ipv4.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>

#include <bit>
#include <cstdint>
#include <memory>
#include <optional>

#include "batch.h"
#include "kernel/table.h"

namespace kindgate::kernel::contract {

namespace {

constexpr char const* counter = "unplaced";
constexpr char const* remember = "remember";
constexpr char const* classify = "classify";
constexpr char const* ask = "ask";
constexpr char const* tell_slot = "tell_slot";
constexpr char const* to_front = "to_front";
constexpr char const* gate = "gate";
constexpr char const* questions = "questions";
constexpr char const* leased = "leased";
constexpr char const* unleased = "unleased";
constexpr char const* untracked = "untracked";
constexpr char const* shut = "shut";

template <auto release>
struct Release {
    void operator()(auto* handle) const { release(handle); }
};
template <typename T, auto release>
using Handle = std::unique_ptr<T, Release<release>>;

// --- Sets

// What nft calls these types and how wide they are (nft's datatype.h; the kernel only stores the number).
struct Type {
    std::uint32_t number;
    std::uint32_t size;
    std::uint32_t byte_order;  // 1 the machine's, 2 big-endian, 0 mixed: nft prints by it
};
constexpr Type ifname{41, 16, 1};
constexpr Type ether_addr{9, 6, 2};
constexpr Type mark{19, 4, 1};
constexpr Type iface_index{20, 4, 1};
constexpr Type ipv4_addr{7, 4, 2};
constexpr Type ipv6_addr{8, 16, 2};

constexpr Type concatenated(Type first, Type second) {
    return {first.number << 6U | second.number, first.size + second.size, 0};
}

struct Set {
    char const* name;
    Type key;
    std::optional<Type> data;
    std::uint32_t flags;
    std::uint32_t size = 0;  // 0: as many elements as come
};
constexpr Set sets[] = {
    {lan, ifname, std::nullopt, 0},
    {slots, ether_addr, mark, NFT_SET_MAP},
    {access, mark, std::nullopt, NFT_SET_TIMEOUT},
    {learning, mark, std::nullopt, 0},
    {asked, mark, std::nullopt, NFT_SET_TIMEOUT},
    {limited, mark, std::nullopt, 0},
    {granted, mark, std::nullopt, NFT_SET_TIMEOUT},
    {lan_index, iface_index, std::nullopt, 0},
    {resolved4, concatenated(mark, ipv4_addr), mark, NFT_SET_MAP | NFT_SET_TIMEOUT, resolved_size},
    {resolved6, concatenated(mark, ipv6_addr), mark, NFT_SET_MAP | NFT_SET_TIMEOUT, resolved_size},
};
constexpr Set scratch_set{access, mark, std::nullopt, NFT_SET_TIMEOUT};

void write_set(Batch& batch, char const* table_name, Set const& spec, std::uint32_t id) {
    Handle<nftnl_set, nftnl_set_free> const set{nftnl_set_alloc()};
    nftnl_set_set_str(set.get(), NFTNL_SET_TABLE, table_name);
    nftnl_set_set_str(set.get(), NFTNL_SET_NAME, spec.name);
    nftnl_set_set_u32(set.get(), NFTNL_SET_ID, id);
    nftnl_set_set_u32(set.get(), NFTNL_SET_FLAGS, spec.flags);
    nftnl_set_set_u32(set.get(), NFTNL_SET_KEY_TYPE, spec.key.number);
    nftnl_set_set_u32(set.get(), NFTNL_SET_KEY_LEN, spec.key.size);
    if (spec.size != 0) nftnl_set_set_u32(set.get(), NFTNL_SET_DESC_SIZE, spec.size);
    Handle<nftnl_udata_buf, nftnl_udata_buf_free> const user{nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN)};
    nftnl_udata_put_u32(user.get(), NFTNL_UDATA_SET_KEYBYTEORDER, spec.key.byte_order);
    if (spec.data) {
        nftnl_set_set_u32(set.get(), NFTNL_SET_DATA_TYPE, spec.data->number);
        nftnl_set_set_u32(set.get(), NFTNL_SET_DATA_LEN, spec.data->size);
        nftnl_udata_put_u32(user.get(), NFTNL_UDATA_SET_DATABYTEORDER, spec.data->byte_order);
    }
    nftnl_set_set_data(set.get(), NFTNL_SET_USERDATA, nftnl_udata_buf_data(user.get()),
                       nftnl_udata_buf_len(user.get()));
    auto* message = batch.open(NFT_MSG_NEWSET, NLM_F_CREATE);
    nftnl_set_nlmsg_build_payload(message, set.get());
    batch.close(message);
}

// --- Chains

struct Hook {
    char const* type;
    std::uint32_t number;
    std::int32_t priority;
};
struct Chain {
    char const* name;
    std::optional<Hook> hook;
};
constexpr Chain chains[] = {
    {remember, Hook{"filter", NF_INET_PRE_ROUTING, NF_IP_PRI_MANGLE - 10}},
    {classify, std::nullopt},
    {ask, Hook{"nat", NF_INET_PRE_ROUTING, NF_IP_PRI_NAT_DST - 10}},
    {tell_slot, Hook{"filter", NF_INET_LOCAL_IN, NF_IP_PRI_FILTER - 10}},
    {to_front, std::nullopt},
    {gate, Hook{"filter", NF_INET_FORWARD, NF_IP_PRI_FILTER - 10}},
    {questions, std::nullopt},
    {leased, std::nullopt},
    {unleased, std::nullopt},
    {untracked, std::nullopt},
    {shut, std::nullopt},
};

void write_chain(Batch& batch, Chain const& spec) {
    Handle<nftnl_chain, nftnl_chain_free> const chain{nftnl_chain_alloc()};
    nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_TABLE, table);
    nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_NAME, spec.name);
    if (spec.hook) {
        nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_TYPE, spec.hook->type);
        nftnl_chain_set_u32(chain.get(), NFTNL_CHAIN_HOOKNUM, spec.hook->number);
        nftnl_chain_set_s32(chain.get(), NFTNL_CHAIN_PRIO, spec.hook->priority);
        nftnl_chain_set_u32(chain.get(), NFTNL_CHAIN_POLICY, NF_ACCEPT);
    }
    auto* message = batch.open(NFT_MSG_NEWCHAIN, NLM_F_CREATE);
    nftnl_chain_nlmsg_build_payload(message, chain.get());
    batch.close(message);
}

// --- Rules

template <typename T>
constexpr T big(T value) {
    return std::endian::native == std::endian::little ? std::byteswap(value) : value;
}

// A rule under construction, in nft's words. Every expression works on register 1, as nft's own do; what a key has
// behind its first four bytes stands behind them.
class Rule {
public:
    explicit Rule(char const* chain) : rule_(nftnl_rule_alloc()) {
        nftnl_rule_set_str(rule_.get(), NFTNL_RULE_TABLE, table);
        nftnl_rule_set_str(rule_.get(), NFTNL_RULE_CHAIN, chain);
        nftnl_rule_set_u32(rule_.get(), NFTNL_RULE_FAMILY, NFPROTO_INET);
    }

    Rule& meta(std::uint32_t key) {
        auto* load = expression("meta");
        nftnl_expr_set_u32(load, NFTNL_EXPR_META_KEY, key);
        nftnl_expr_set_u32(load, NFTNL_EXPR_META_DREG, NFT_REG_1);
        return *this;
    }
    Rule& ct(std::uint32_t key) {
        auto* load = expression("ct");
        nftnl_expr_set_u32(load, NFTNL_EXPR_CT_KEY, key);
        nftnl_expr_set_u32(load, NFTNL_EXPR_CT_DREG, NFT_REG_1);
        return *this;
    }
    Rule& masked(std::uint32_t mask) {
        constexpr std::uint32_t none = 0;
        auto* bitwise = expression("bitwise");
        nftnl_expr_set_u32(bitwise, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
        nftnl_expr_set_u32(bitwise, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
        nftnl_expr_set_u32(bitwise, NFTNL_EXPR_BITWISE_LEN, sizeof mask);
        nftnl_expr_set(bitwise, NFTNL_EXPR_BITWISE_MASK, &mask, sizeof mask);
        nftnl_expr_set(bitwise, NFTNL_EXPR_BITWISE_XOR, &none, sizeof none);
        return *this;
    }
    Rule& slot() { return ct(NFT_CT_MARK).masked(slot_mask); }
    Rule& category() { return ct(NFT_CT_MARK).masked(category_mask); }
    Rule& slot_and_category() { return ct(NFT_CT_MARK).masked(slot_mask | category_mask); }
    template <typename T>
    Rule& compare(std::uint32_t operation, T value) {
        auto* cmp = expression("cmp");
        nftnl_expr_set_u32(cmp, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
        nftnl_expr_set_u32(cmp, NFTNL_EXPR_CMP_OP, operation);
        nftnl_expr_set(cmp, NFTNL_EXPR_CMP_DATA, &value, sizeof value);
        return *this;
    }
    Rule& in(char const* set) { return lookup(set, 0); }
    Rule& not_in(char const* set) { return lookup(set, NFT_LOOKUP_F_INV); }
    Rule& ether_source() { return payload(NFT_REG_1, NFT_PAYLOAD_LL_HEADER, 6, 6); }
    // The key of resolved4 and resolved6.
    Rule& slot_and_destination(std::uint8_t protocol) {
        meta(NFT_META_NFPROTO).compare(NFT_CMP_EQ, protocol).slot();
        return protocol == NFPROTO_IPV4 ? payload(NFT_REG32_01, NFT_PAYLOAD_NETWORK_HEADER, 16, 4)
                                        : payload(NFT_REG32_01, NFT_PAYLOAD_NETWORK_HEADER, 24, 16);
    }
    Rule& protocol(std::uint8_t number) { return meta(NFT_META_L4PROTO).compare(NFT_CMP_EQ, number); }
    // Of a protocol with ports: others have something else there.
    Rule& to_port(std::uint16_t port) {
        return payload(NFT_REG_1, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2).compare(NFT_CMP_EQ, big(port));
    }
    Rule& mapped_by(char const* map) {
        auto* expr = expression("lookup");
        nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
        nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_DREG, NFT_REG_1);
        nftnl_expr_set_str(expr, NFTNL_EXPR_LOOKUP_SET, map);
        return *this;
    }
    // The route back to the sender doesn't leave by the interface that the packet came from.
    Rule& source_is_elsewhere() {
        return fib(NFT_FIB_RESULT_OIF, NFTA_FIB_F_SADDR | NFTA_FIB_F_IIF | NFTA_FIB_F_PRESENT)
            .compare(NFT_CMP_EQ, std::uint32_t{0});
    }
    // No other machine in the LAN.
    Rule& destination_is_elsewhere() { return fib(NFT_FIB_RESULT_OIF, NFTA_FIB_F_DADDR).not_in(lan_index); }
    Rule& destination_is_the_gate() {
        return fib(NFT_FIB_RESULT_ADDRTYPE, NFTA_FIB_F_DADDR).compare(NFT_CMP_EQ, std::uint32_t{RTN_LOCAL});
    }
    Rule& set_mark() {
        auto* store = expression("ct");
        nftnl_expr_set_u32(store, NFTNL_EXPR_CT_KEY, NFT_CT_MARK);
        nftnl_expr_set_u32(store, NFTNL_EXPR_CT_SREG, NFT_REG_1);
        return *this;
    }
    Rule& set_packet_mark() {
        auto* store = expression("meta");
        nftnl_expr_set_u32(store, NFTNL_EXPR_META_KEY, NFT_META_MARK);
        nftnl_expr_set_u32(store, NFTNL_EXPR_META_SREG, NFT_REG_1);
        return *this;
    }
    // To this machine's own address on the interface that the packet came from.
    Rule& redirect(std::uint16_t port) {
        auto const number = big(port);
        auto* immediate = expression("immediate");
        nftnl_expr_set_u32(immediate, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
        nftnl_expr_set(immediate, NFTNL_EXPR_IMM_DATA, &number, sizeof number);
        auto* redirect = expression("redir");
        nftnl_expr_set_u32(redirect, NFTNL_EXPR_REDIR_REG_PROTO_MIN, NFT_REG_1);
        nftnl_expr_set_u32(redirect, NFTNL_EXPR_REDIR_REG_PROTO_MAX, NFT_REG_1);
        nftnl_expr_set_u32(redirect, NFTNL_EXPR_REDIR_FLAGS, NF_NAT_RANGE_PROTO_SPECIFIED);
        return *this;
    }
    Rule& count(char const* name) {
        auto* reference = expression("objref");
        nftnl_expr_set_u32(reference, NFTNL_EXPR_OBJREF_IMM_TYPE, NFT_OBJECT_COUNTER);
        nftnl_expr_set_str(reference, NFTNL_EXPR_OBJREF_IMM_NAME, name);
        return *this;
    }
    Rule& verdict(int code, char const* chain = nullptr) {
        auto* immediate = expression("immediate");
        nftnl_expr_set_u32(immediate, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
        nftnl_expr_set_u32(immediate, NFTNL_EXPR_IMM_VERDICT, static_cast<std::uint32_t>(code));
        if (chain != nullptr) nftnl_expr_set_str(immediate, NFTNL_EXPR_IMM_CHAIN, chain);
        return *this;
    }
    Rule& reject(std::uint32_t type, std::uint8_t code) {
        auto* expr = expression("reject");
        nftnl_expr_set_u32(expr, NFTNL_EXPR_REJECT_TYPE, type);
        nftnl_expr_set_u8(expr, NFTNL_EXPR_REJECT_CODE, code);
        return *this;
    }

    void write(Batch& batch) const {
        auto* message = batch.open(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
        nftnl_rule_nlmsg_build_payload(message, rule_.get());
        batch.close(message);
    }

private:
    nftnl_expr* expression(char const* name) {
        auto* expr = nftnl_expr_alloc(name);
        nftnl_rule_add_expr(rule_.get(), expr);  // the rule owns it
        return expr;
    }
    Rule& payload(std::uint32_t to, std::uint32_t base, std::uint32_t offset, std::uint32_t size) {
        auto* load = expression("payload");
        nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_DREG, to);
        nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_BASE, base);
        nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
        nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_LEN, size);
        return *this;
    }
    Rule& fib(std::uint32_t result, std::uint32_t flags) {
        auto* load = expression("fib");
        nftnl_expr_set_u32(load, NFTNL_EXPR_FIB_RESULT, result);
        nftnl_expr_set_u32(load, NFTNL_EXPR_FIB_FLAGS, flags);
        nftnl_expr_set_u32(load, NFTNL_EXPR_FIB_DREG, NFT_REG_1);
        return *this;
    }
    Rule& lookup(char const* set, std::uint32_t flags) {
        auto* expr = expression("lookup");
        nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
        nftnl_expr_set_str(expr, NFTNL_EXPR_LOOKUP_SET, set);
        nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_FLAGS, flags);
        return *this;
    }

    Handle<nftnl_rule, nftnl_rule_free> rule_;
};

// nft's bits of a flow's state.
constexpr std::uint32_t new_flow = 1U << 3U;
constexpr std::uint32_t invalid_or_untracked = 1U << 0U | 1U << 6U;

// Helplines, emergency information, time servers: in every mode, through every list and budget.
constexpr std::uint32_t always_reachable = std::uint32_t{category_always_reachable} << 14U;

Rule from_lan(char const* chain) {
    Rule rule{chain};
    rule.meta(NFT_META_IIFNAME).in(lan);
    return rule;
}

Rule to_lan(char const* chain) {
    Rule rule{chain};
    rule.meta(NFT_META_OIFNAME).in(lan);
    return rule;
}

// Every packet walks the rules of remember and gate: what a packet of a known flow meets is the look at the mark that
// it carries and two look-ups of the slot. A look-up of an interface's name costs several times as much.

// Who is it, and what is it about? A flow's slot, from the sender's address, until it has one; its category, from the
// address that the gate resolved for the slot, likewise. An address that is resolved while a flow to it exists is the
// exception: one packet in 32 asks for it.
void write_remember(Batch& batch) {
    Rule{remember}.category().compare(NFT_CMP_NEQ, std::uint32_t{0}).verdict(NF_ACCEPT).write(batch);
    Rule{remember}
        .slot()
        .compare(NFT_CMP_EQ, std::uint32_t{0})
        .meta(NFT_META_IIFNAME)
        .in(lan)
        .meta(NFT_META_IIFTYPE)
        .compare(NFT_CMP_EQ, std::uint16_t{ARPHRD_ETHER})
        .ether_source()
        .mapped_by(slots)
        .set_mark()
        .write(batch);
    Rule{remember}
        .ct(NFT_CT_STATE)
        .masked(new_flow)
        .compare(NFT_CMP_NEQ, std::uint32_t{0})
        .verdict(NFT_GOTO, classify)
        .write(batch);
    constexpr auto one_in_32 = big(std::uint32_t{31});
    Rule{remember}
        .meta(NFT_META_PRANDOM)
        .masked(one_in_32)
        .compare(NFT_CMP_EQ, std::uint32_t{0})
        .verdict(NFT_GOTO, classify)
        .write(batch);
    struct Family {
        std::uint8_t protocol;
        char const* map;
    };
    // For slots that don't ask the gate nothing is resolved.
    for (auto const& family : {Family{NFPROTO_IPV4, resolved4}, Family{NFPROTO_IPV6, resolved6}})
        Rule{classify}
            .slot()
            .in(asked)
            .meta(NFT_META_IIFNAME)
            .in(lan)
            .slot_and_destination(family.protocol)
            .mapped_by(family.map)
            .set_mark()
            .write(batch);
}

constexpr std::uint16_t dns = 53;
constexpr std::uint16_t http = 80;

// Whatever server a device asks, the gate answers. Only a flow's first packet comes here.
void write_ask(Batch& batch) {
    for (auto const protocol : {std::uint8_t{IPPROTO_UDP}, std::uint8_t{IPPROTO_TCP}})
        from_lan(ask).protocol(protocol).to_port(dns).slot().in(asked).redirect(dns_port).write(batch);
    // Names that are shut lead there, whatever else is open.
    from_lan(ask)
        .protocol(IPPROTO_TCP)
        .to_port(http)
        .slot()
        .in(asked)
        .destination_is_the_gate()
        .redirect(web_port)
        .write(batch);
    from_lan(ask)
        .protocol(IPPROTO_TCP)
        .to_port(http)
        .slot()
        .in(asked)
        .category()
        .compare(NFT_CMP_NEQ, always_reachable)
        .slot()
        .not_in(access)
        .slot_and_category()
        .not_in(granted)
        .destination_is_elsewhere()
        .redirect(web_port)
        .write(batch);
}

// The front's socket learns the asker from the packet's mark: SO_RCVMARK of a UDP query; of a TCP connection SO_MARK,
// with tcp_fwmark_accept. Its ports are no services for the internet.
void write_tell_slot(Batch& batch) {
    struct Service {
        std::uint8_t protocol;
        std::uint16_t port;
    };
    for (auto const& service : {Service{IPPROTO_UDP, dns_port}, Service{IPPROTO_TCP, dns_port},
                                Service{IPPROTO_TCP, web_port}, Service{IPPROTO_TCP, tls_port}})
        Rule{tell_slot}.protocol(service.protocol).to_port(service.port).verdict(NFT_GOTO, to_front).write(batch);
    from_lan(to_front).slot().set_packet_mark().verdict(NF_ACCEPT).write(batch);
    constexpr std::uint32_t loopback = 1;  // in every network namespace
    Rule{to_front}.meta(NFT_META_IIF).compare(NFT_CMP_NEQ, loopback).verdict(NF_DROP).write(batch);
}

// A packet without a connection tracking entry has no mark, which ends every rule that looks at it.
void write_gate(Batch& batch) {
    Rule{gate}.to_port(dns).verdict(NFT_JUMP, questions).write(batch);
    Rule{gate}.slot().in(access).verdict(NFT_GOTO, leased).write(batch);
    Rule{gate}
        .ct(NFT_CT_STATE)
        .masked(invalid_or_untracked)
        .compare(NFT_CMP_NEQ, std::uint32_t{0})
        .verdict(NFT_GOTO, untracked)
        .write(batch);
    Rule{gate}.verdict(NFT_GOTO, unleased).write(batch);
}

// NAT is decided on a flow's first packet: one that is older than the slot in `asked` goes where it went.
void write_questions(Batch& batch) {
    for (auto const protocol : {std::uint8_t{IPPROTO_UDP}, std::uint8_t{IPPROTO_TCP}})
        Rule{questions}
            .protocol(protocol)
            .slot()
            .in(asked)
            .meta(NFT_META_IIFNAME)
            .in(lan)
            .meta(NFT_META_OIFNAME)
            .not_in(lan)
            .verdict(NFT_JUMP, shut)
            .write(batch);
}

void write_leased(Batch& batch) {
    Rule{leased}
        .slot_and_category()
        .in(limited)
        .slot_and_category()
        .not_in(granted)
        .verdict(NFT_GOTO, unleased)
        .write(batch);
}

// No lease of the network covers it. It passes within the LAN, to what is always reachable, in LEARNING to what is
// granted, and where no device of ours has a part.
void write_unleased(Batch& batch) {
    from_lan(unleased).meta(NFT_META_OIFNAME).in(lan).verdict(NF_ACCEPT).write(batch);
    Rule{unleased}
        .slot()
        .compare(NFT_CMP_NEQ, std::uint32_t{0})
        .category()
        .compare(NFT_CMP_EQ, always_reachable)
        .verdict(NF_ACCEPT)
        .write(batch);
    Rule{unleased}.slot().in(learning).slot_and_category().in(granted).verdict(NF_ACCEPT).write(batch);
    Rule{unleased}.slot().compare(NFT_CMP_NEQ, std::uint32_t{0}).verdict(NFT_JUMP, shut).write(batch);
    from_lan(unleased).count(counter).verdict(NFT_JUMP, shut).write(batch);
}

// No mark to judge by.
void write_untracked(Batch& batch) {
    from_lan(untracked).meta(NFT_META_OIFNAME).in(lan).verdict(NF_ACCEPT).write(batch);
    from_lan(untracked).verdict(NF_DROP).write(batch);
    to_lan(untracked).verdict(NF_DROP).write(batch);
}

// A refusal quotes what it refuses, so it must not go to a sender that a device made up: the quote would leave the
// house.
void write_shut(Batch& batch) {
    Rule{shut}.source_is_elsewhere().verdict(NF_DROP).write(batch);
    Rule{shut}.protocol(IPPROTO_TCP).reject(NFT_REJECT_TCP_RST, 0).write(batch);
    Rule{shut}.reject(NFT_REJECT_ICMPX_UNREACH, NFT_REJECT_ICMPX_ADMIN_PROHIBITED).write(batch);
}

// --- Table

void write_table(Batch& batch, std::uint16_t type, char const* name, char const* comment, std::uint32_t flags = 0) {
    Handle<nftnl_table, nftnl_table_free> const handle{nftnl_table_alloc()};
    nftnl_table_set_str(handle.get(), NFTNL_TABLE_NAME, name);
    if (flags != 0) nftnl_table_set_u32(handle.get(), NFTNL_TABLE_FLAGS, flags);
    if (comment != nullptr) {
        Handle<nftnl_udata_buf, nftnl_udata_buf_free> const user{nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN)};
        nftnl_udata_put_strz(user.get(), NFTNL_UDATA_TABLE_COMMENT, comment);
        nftnl_table_set_data(handle.get(), NFTNL_TABLE_USERDATA, nftnl_udata_buf_data(user.get()),
                             nftnl_udata_buf_len(user.get()));
    }
    auto* message = batch.open(type, type == NFT_MSG_NEWTABLE ? NLM_F_CREATE : 0);
    nftnl_table_nlmsg_build_payload(message, handle.get());
    batch.close(message);
}

// Adding what may be there, deleting it and adding it again never fails and is one moment for the packets.
void write_anew(Batch& batch, char const* name, char const* comment) {
    write_table(batch, NFT_MSG_NEWTABLE, name, nullptr);
    write_table(batch, NFT_MSG_DELTABLE, name, nullptr);
    write_table(batch, NFT_MSG_NEWTABLE, name, comment);
}

void write_counter(Batch& batch) {
    Handle<nftnl_obj, nftnl_obj_free> const object{nftnl_obj_alloc()};
    nftnl_obj_set_str(object.get(), NFTNL_OBJ_TABLE, table);
    nftnl_obj_set_str(object.get(), NFTNL_OBJ_NAME, counter);
    nftnl_obj_set_u32(object.get(), NFTNL_OBJ_TYPE, NFT_OBJECT_COUNTER);
    auto* message = batch.open(NFT_MSG_NEWOBJ, NLM_F_CREATE);
    nftnl_obj_nlmsg_build_payload(message, object.get());
    batch.close(message);
}

}  // namespace

void install(Batch& batch) {
    write_anew(batch, table, "kept by kindgated");
    write_counter(batch);
    std::uint32_t id = 0;
    for (auto const& set : sets) write_set(batch, table, set, ++id);
    for (auto const& chain : chains) write_chain(batch, chain);
    write_remember(batch);
    write_shut(batch);
    write_untracked(batch);
    write_unleased(batch);
    write_leased(batch);
    write_questions(batch);
    write_gate(batch);
    write_tell_slot(batch);
    write_ask(batch);
}

void remove(Batch& batch) {
    remove(batch, table);
}

void remove(Batch& batch, char const* name) {
    write_table(batch, NFT_MSG_DELTABLE, name, nullptr);
}

void install_scratch(Batch& batch, char const* name) {
    write_table(batch, NFT_MSG_NEWTABLE, name, nullptr, NFT_TABLE_F_OWNER);
    write_set(batch, name, scratch_set, 1);
}

}  // namespace kindgate::kernel::contract
