#include "skeleton.h"

#include <fmt/format.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <array>
#include <utility>

#include "batch.h"
#include "contract.h"

namespace kindgate::kernel {

namespace {

// Without the zeros at the end: a name is sent with or without its terminator, and an attribute's numbers have one
// size.
std::string hex(Bytes bytes) {
    while (!bytes.empty() && bytes.back() == std::byte{0}) bytes = bytes.first(bytes.size() - 1);
    std::string out;
    for (auto byte : bytes) out += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
    return out;
}

// Which attributes of which expression hold attributes again; the kernel's dumps don't say.
bool is_nest(std::string_view path) {
    static std::array const nests = {
        fmt::format("cmp.{}", std::to_underlying(NFTA_CMP_DATA)),
        fmt::format("bitwise.{}", std::to_underlying(NFTA_BITWISE_MASK)),
        fmt::format("bitwise.{}", std::to_underlying(NFTA_BITWISE_XOR)),
        fmt::format("bitwise.{}", std::to_underlying(NFTA_BITWISE_DATA)),
        fmt::format("immediate.{}", std::to_underlying(NFTA_IMMEDIATE_DATA)),
        fmt::format("immediate.{}.{}", std::to_underlying(NFTA_IMMEDIATE_DATA), std::to_underlying(NFTA_DATA_VERDICT)),
    };
    return std::ranges::find(nests, path) != nests.end();
}

std::string attributes(Bytes bytes, std::string const& path) {
    std::vector<Attribute> sorted;
    Attributes all{bytes};
    while (auto const attribute = all.next()) sorted.push_back(*attribute);
    std::ranges::stable_sort(sorted, {}, &Attribute::type);
    std::string out = all.ok() ? "" : " (broken)";
    for (auto const& attribute : sorted) {
        auto const inner = fmt::format("{}.{}", path, attribute.type);
        if (is_nest(inner)) {
            out += fmt::format(" {}{{{} }}", attribute.type, attributes(attribute.payload, inner));
        } else if (auto const digits = hex(attribute.payload); !digits.empty()) {
            out += fmt::format(" {}={}", attribute.type, digits);
        }
    }
    return out;
}

std::uint32_t number(Bytes bytes, std::uint16_t type) {
    auto const value = find(bytes, type);
    return value ? big32(*value).value_or(0) : 0;
}

std::string word(Bytes bytes, std::uint16_t type) {
    auto const value = find(bytes, type);
    return value ? std::string{text(*value)} : std::string{};
}

std::string set_line(Bytes set) {
    auto const description = find(set, NFTA_SET_DESC);
    auto const size = description ? number(*description, NFTA_SET_DESC_SIZE) : 0;
    auto const timeout = find(set, NFTA_SET_TIMEOUT);
    auto const extra = find(set, NFTA_SET_EXPR) || find(set, NFTA_SET_EXPRESSIONS);
    return fmt::format("flags {} key {}/{} data {}/{} size {} timeout {} objects {}{}", number(set, NFTA_SET_FLAGS),
                       number(set, NFTA_SET_KEY_TYPE), number(set, NFTA_SET_KEY_LEN), number(set, NFTA_SET_DATA_TYPE),
                       number(set, NFTA_SET_DATA_LEN), size, timeout ? big64(*timeout).value_or(0) : 0,
                       number(set, NFTA_SET_OBJ_TYPE), extra ? " with expressions" : "");
}

std::string chain_line(Bytes chain) {
    constexpr std::uint32_t base_chain = 1;  // the kernel tells it as a flag, we by giving a hook
    auto const flags = number(chain, NFTA_CHAIN_FLAGS) & ~base_chain;
    auto const hook = find(chain, NFTA_CHAIN_HOOK);
    if (!hook) return fmt::format("flags {}", flags);
    return fmt::format("flags {} type {} hook {} priority {} policy {}{}", flags, word(chain, NFTA_CHAIN_TYPE),
                       number(*hook, NFTA_HOOK_HOOKNUM), static_cast<std::int32_t>(number(*hook, NFTA_HOOK_PRIORITY)),
                       number(chain, NFTA_CHAIN_POLICY), find(*hook, NFTA_HOOK_DEV) ? " on a device" : "");
}

bool readable(Bytes bytes) {
    Attributes all{bytes};
    while (all.next()) {
    }
    return all.ok();
}

}  // namespace

std::string normal_form(Bytes expressions) {
    std::string out;
    Attributes list{expressions};
    while (auto const element = list.next()) {
        auto const name = word(element->payload, NFTA_EXPR_NAME);
        auto const data = find(element->payload, NFTA_EXPR_DATA);
        out += fmt::format("[{}{} ]", name, data ? attributes(*data, name) : "");
    }
    return list.ok() ? out : out + " (broken)";
}

bool Skeleton::add(Message const& message, std::string_view table) {
    if (message.type >> 8U != NFNL_SUBSYS_NFTABLES || message.payload.size() < sizeof(nfgenmsg)) return false;
    auto const attributes = message.payload.subspan(sizeof(nfgenmsg));
    if (!readable(attributes)) return false;
    // The table's name is the first attribute of all five.
    if (word(attributes, NFTA_TABLE_NAME) != table) return true;
    switch (message.type & 0xffU) {
        case NFT_MSG_NEWTABLE:
            definitions_["table"] = fmt::format("flags {}", number(attributes, NFTA_TABLE_FLAGS));
            break;
        case NFT_MSG_NEWSET: definitions_["set " + word(attributes, NFTA_SET_NAME)] = set_line(attributes); break;
        case NFT_MSG_NEWCHAIN:
            definitions_["chain " + word(attributes, NFTA_CHAIN_NAME)] = chain_line(attributes);
            break;
        case NFT_MSG_NEWRULE: {
            auto const expressions = find(attributes, NFTA_RULE_EXPRESSIONS);
            rules_[word(attributes, NFTA_RULE_CHAIN)].push_back(normal_form(expressions.value_or(Bytes{})));
            break;
        }
        case NFT_MSG_NEWOBJ:
            definitions_["object " + word(attributes, NFTA_OBJ_NAME)] =
                fmt::format("type {}", number(attributes, NFTA_OBJ_TYPE));
            break;
        default: break;
    }
    return true;
}

std::vector<std::string> Skeleton::lines() const {
    std::vector<std::string> out;
    out.reserve(definitions_.size());
    for (auto const& [what, line] : definitions_) out.push_back(fmt::format("{}: {}", what, line));
    for (auto const& [chain, rules] : rules_)
        for (std::size_t i = 0; i < rules.size(); ++i) out.push_back(fmt::format("rule {} {}: {}", chain, i, rules[i]));
    return out;
}

Skeleton const& wanted_skeleton() {
    static Skeleton const skeleton = [] {
        Batch batch{1};
        contract::install(batch);
        Skeleton built;
        Messages messages{batch.bytes()};
        while (auto const message = messages.next()) built.add(*message, contract::table);
        return built;
    }();
    return skeleton;
}

}  // namespace kindgate::kernel
