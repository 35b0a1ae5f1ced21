// Names and what is to be known of them: one look-up for all rules of all profiles.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "content/dns_name.h"

namespace kindgate::policy {

enum class RuleKind : std::uint8_t {
    always_reachable,  // helplines, time servers, the gate's own page
    learning,          // passes in LEARNING
    allow,             // allow_domains
    block,             // block_domains; `index` is its reason in Names::reasons
    bypass,  // canary and relay names, resolver.arpa: only where the profile blocks encrypted DNS; `index` as in block
    category,          // on a list of the policy's own; `index` is the CategoryId
    safe_search,       // only where the profile says so; `index` into Names::rewrites
    youtube_moderate,  // the same
    youtube_strict,    // the same
    private_allowed,   // may be answered with private addresses: the home's own names
};

enum class NameScope : std::uint8_t { exact, suffix, subdomains };  // suffix: the name and all below

struct NameRule {
    static constexpr std::uint16_t all_profiles = 0xffff;

    RuleKind kind = RuleKind::block;
    NameScope scope = NameScope::suffix;
    std::uint16_t profile = all_profiles;  // ViewProfile::rules
    std::uint16_t index = 0;
};

struct NamedRule {
    content::dns::Name name;
    NameRule rule;
};

// Immutable. A look-up hashes the name once, from its last label on, and allocates nothing.
class NameTable {
public:
    NameTable() = default;
    explicit NameTable(std::span<NamedRule const> rules);

    // Calls found(rule) for each rule that covers the folded name, from its last labels to the whole of it: the most
    // specific comes last.
    template <typename Found>
    void find(content::dns::Name const& name, Found&& found) const {
        if (entries_.empty()) return;
        std::array<std::uint8_t, 128> labels;
        auto depth = split(name, labels);
        auto const size = name.size();
        for (std::uint64_t hash = start; depth > 0;) {
            auto const at = labels[--depth];
            hash = extend(hash, name.bytes().subspan(at, 1 + std::to_integer<std::size_t>(name.bytes()[at])));
            for (auto const& rule : rules_of(hash, name.bytes().subspan(at, size - at)))
                if (depth == 0 ? rule.scope != NameScope::subdomains : rule.scope != NameScope::exact) found(rule);
        }
    }

private:
    struct Entry {
        std::uint64_t hash = 0;
        std::uint32_t name_at = 0;
        std::uint32_t rules_at = 0;
        std::uint16_t rules = 0;  // 0: empty
        std::uint8_t name_size = 0;
    };
    static constexpr std::uint64_t start = 0xcbf29ce484222325;

    static std::size_t split(content::dns::Name const& name, std::array<std::uint8_t, 128>& labels);
    static std::uint64_t extend(std::uint64_t hash, content::dns::Bytes label);
    std::span<NameRule const> rules_of(std::uint64_t hash, content::dns::Bytes name) const;

    std::vector<Entry> entries_;  // a power of two, half full at most
    std::vector<NameRule> rules_;
    std::vector<std::byte> names_;
};

}  // namespace kindgate::policy
