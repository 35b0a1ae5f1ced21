#include "policy/name_table.h"

#include <algorithm>
#include <bit>

namespace kindgate::policy {

namespace dns = content::dns;

std::size_t NameTable::split(dns::Name const& name, std::array<std::uint8_t, 128>& labels) {
    std::size_t depth = 0;
    auto const bytes = name.bytes();
    for (std::size_t at = 0; bytes[at] != std::byte{0}; at += 1 + std::to_integer<std::size_t>(bytes[at]))
        labels[depth++] = static_cast<std::uint8_t>(at);
    return depth;
}

// FNV-1a. Who may put names in here writes the policy; the names that are looked up can't grow the table.
std::uint64_t NameTable::extend(std::uint64_t hash, dns::Bytes label) {
    for (auto const byte : label) hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3;
    return hash;
}

std::span<NameRule const> NameTable::rules_of(std::uint64_t hash, dns::Bytes name) const {
    auto const mask = entries_.size() - 1;
    for (auto i = (hash ^ hash >> 32) & mask; entries_[i].rules != 0; i = (i + 1) & mask) {
        auto const& entry = entries_[i];
        if (entry.hash == hash && std::ranges::equal(dns::Bytes{names_}.subspan(entry.name_at, entry.name_size), name))
            return std::span{rules_}.subspan(entry.rules_at, entry.rules);
    }
    return {};
}

NameTable::NameTable(std::span<NamedRule const> rules) {
    if (rules.empty()) return;
    auto const less = [](NamedRule const* a, NamedRule const* b) {
        return std::ranges::lexicographical_compare(a->name.bytes(), b->name.bytes());
    };
    std::vector<NamedRule const*> sorted;
    for (auto const& rule : rules)
        if (!rule.name.root()) sorted.push_back(&rule);
    std::ranges::stable_sort(sorted, less);
    entries_.resize(std::bit_ceil(sorted.size() * 2 + 1));
    for (auto at = sorted.begin(); at != sorted.end();) {
        auto const& name = (*at)->name;
        Entry entry{start, static_cast<std::uint32_t>(names_.size()), static_cast<std::uint32_t>(rules_.size()), 0,
                    static_cast<std::uint8_t>(name.size())};
        names_.insert(names_.end(), name.bytes().begin(), name.bytes().end());
        for (; at != sorted.end() && (*at)->name == name; ++at, ++entry.rules) rules_.push_back((*at)->rule);
        std::array<std::uint8_t, 128> labels;
        for (auto depth = split(name, labels); depth > 0;) {
            auto const label = labels[--depth];
            entry.hash =
                extend(entry.hash, name.bytes().subspan(label, 1 + std::to_integer<std::size_t>(name.bytes()[label])));
        }
        auto const mask = entries_.size() - 1;
        auto i = (entry.hash ^ entry.hash >> 32) & mask;
        while (entries_[i].rules != 0) i = (i + 1) & mask;
        entries_[i] = entry;
    }
}

}  // namespace kindgate::policy
