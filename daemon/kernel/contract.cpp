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
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter_ipv4.h>
#include <net/if_arp.h>

#include <memory>
#include <optional>

#include "batch.h"

namespace kindgate::kernel::contract {

namespace {

constexpr char const* counter = "unplaced";
constexpr char const* remember = "remember";
constexpr char const* gate = "gate";
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
    std::uint32_t byte_order;  // 1 the machine's, 2 big-endian: nft prints by it
};
constexpr Type ifname{41, 16, 1};
constexpr Type ether_addr{9, 6, 2};
constexpr Type mark{19, 4, 1};

struct Set {
    char const* name;
    Type key;
    std::optional<Type> data;
    std::uint32_t flags;
};
constexpr Set sets[] = {
    {lan, ifname, std::nullopt, 0},
    {slots, ether_addr, mark, NFT_SET_MAP},
    {access, mark, std::nullopt, NFT_SET_TIMEOUT},
    {learning, mark, std::nullopt, 0},
};
constexpr Set scratch_set{access, mark, std::nullopt, NFT_SET_TIMEOUT};

// No size is given: the kernel then takes as many elements as come.
void write_set(Batch& batch, char const* table_name, Set const& spec, std::uint32_t id) {
    Handle<nftnl_set, nftnl_set_free> const set{nftnl_set_alloc()};
    nftnl_set_set_str(set.get(), NFTNL_SET_TABLE, table_name);
    nftnl_set_set_str(set.get(), NFTNL_SET_NAME, spec.name);
    nftnl_set_set_u32(set.get(), NFTNL_SET_ID, id);
    nftnl_set_set_u32(set.get(), NFTNL_SET_FLAGS, spec.flags);
    nftnl_set_set_u32(set.get(), NFTNL_SET_KEY_TYPE, spec.key.number);
    nftnl_set_set_u32(set.get(), NFTNL_SET_KEY_LEN, spec.key.size);
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
    std::uint32_t number;
    std::int32_t priority;
};
struct Chain {
    char const* name;
    std::optional<Hook> hook;
};
constexpr Chain chains[] = {
    {remember, Hook{NF_INET_PRE_ROUTING, NF_IP_PRI_MANGLE - 10}},
    {gate, Hook{NF_INET_FORWARD, NF_IP_PRI_FILTER - 10}},
    {untracked, std::nullopt},
    {shut, std::nullopt},
};

void write_chain(Batch& batch, Chain const& spec) {
    Handle<nftnl_chain, nftnl_chain_free> const chain{nftnl_chain_alloc()};
    nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_TABLE, table);
    nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_NAME, spec.name);
    if (spec.hook) {
        nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_TYPE, "filter");
        nftnl_chain_set_u32(chain.get(), NFTNL_CHAIN_HOOKNUM, spec.hook->number);
        nftnl_chain_set_s32(chain.get(), NFTNL_CHAIN_PRIO, spec.hook->priority);
        nftnl_chain_set_u32(chain.get(), NFTNL_CHAIN_POLICY, NF_ACCEPT);
    }
    auto* message = batch.open(NFT_MSG_NEWCHAIN, NLM_F_CREATE);
    nftnl_chain_nlmsg_build_payload(message, chain.get());
    batch.close(message);
}

// --- Rules

// A rule under construction, in nft's words. Every expression works on register 1, as nft's own do.
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
    Rule& ether_source() {
        auto* payload = expression("payload");
        nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
        nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_BASE, NFT_PAYLOAD_LL_HEADER);
        nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_OFFSET, 6);
        nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_LEN, 6);
        return *this;
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
        auto* fib = expression("fib");
        nftnl_expr_set_u32(fib, NFTNL_EXPR_FIB_RESULT, NFT_FIB_RESULT_OIF);
        nftnl_expr_set_u32(fib, NFTNL_EXPR_FIB_FLAGS, NFTA_FIB_F_SADDR | NFTA_FIB_F_IIF | NFTA_FIB_F_PRESENT);
        nftnl_expr_set_u32(fib, NFTNL_EXPR_FIB_DREG, NFT_REG_1);
        return compare(NFT_CMP_EQ, std::uint32_t{0});
    }
    Rule& set_mark() {
        auto* store = expression("ct");
        nftnl_expr_set_u32(store, NFTNL_EXPR_CT_KEY, NFT_CT_MARK);
        nftnl_expr_set_u32(store, NFTNL_EXPR_CT_SREG, NFT_REG_1);
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
    Rule& lookup(char const* set, std::uint32_t flags) {
        auto* expr = expression("lookup");
        nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
        nftnl_expr_set_str(expr, NFTNL_EXPR_LOOKUP_SET, set);
        nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_FLAGS, flags);
        return *this;
    }

    Handle<nftnl_rule, nftnl_rule_free> rule_;
};

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

// Every packet walks these rules, so their order is that of the cheapest first: a look-up of an interface's name costs
// several times the look at the mark that a flow's later packets carry.

// Who is it? A flow's slot, from the sender's address, until it has one.
void write_remember(Batch& batch) {
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
}

// A packet of a device that holds a lease passes by the first rule. One without a connection tracking entry can't: a
// mark that isn't there ends the rule.
void write_gate(Batch& batch) {
    constexpr std::uint32_t invalid_or_untracked = 1U << 0U | 1U << 6U;  // nft's ct state bits
    Rule{gate}.slot().in(access).slot().not_in(learning).verdict(NF_ACCEPT).write(batch);
    Rule{gate}
        .ct(NFT_CT_STATE)
        .masked(invalid_or_untracked)
        .compare(NFT_CMP_NEQ, std::uint32_t{0})
        .verdict(NFT_GOTO, untracked)
        .write(batch);
    from_lan(gate).meta(NFT_META_OIFNAME).in(lan).verdict(NF_ACCEPT).write(batch);
    Rule{gate}.slot().compare(NFT_CMP_NEQ, std::uint32_t{0}).verdict(NFT_JUMP, shut).write(batch);
    from_lan(gate).count(counter).verdict(NFT_JUMP, shut).write(batch);
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
    Rule{shut}
        .meta(NFT_META_L4PROTO)
        .compare(NFT_CMP_EQ, std::uint8_t{IPPROTO_TCP})
        .reject(NFT_REJECT_TCP_RST, 0)
        .write(batch);
    Rule{shut}.reject(NFT_REJECT_ICMPX_UNREACH, NFT_REJECT_ICMPX_ADMIN_PROHIBITED).write(batch);
}

// --- Table

void write_table(Batch& batch, std::uint16_t type, char const* name, char const* comment) {
    Handle<nftnl_table, nftnl_table_free> const handle{nftnl_table_alloc()};
    nftnl_table_set_str(handle.get(), NFTNL_TABLE_NAME, name);
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
    write_gate(batch);
}

void remove(Batch& batch) {
    remove(batch, table);
}

void remove(Batch& batch, char const* name) {
    write_table(batch, NFT_MSG_DELTABLE, name, nullptr);
}

void install_scratch(Batch& batch, char const* name) {
    write_anew(batch, name, nullptr);
    write_set(batch, name, scratch_set, 1);
}

}  // namespace kindgate::kernel::contract
