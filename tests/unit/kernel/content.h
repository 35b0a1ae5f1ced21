// What a table holds, compared with what was wanted; a difference is told by its first element.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "kernel/table.h"
#include "test.h"

namespace kindgate::test {

using kernel::Wanted;

inline std::string named(std::string const& name) {
    return name;
}
inline std::string named(Slot slot) {
    return fmt::format("slot {}", slot.number());
}
inline std::string named(kernel::SlotCategory use) {
    return fmt::format("category {} of slot {}", use.category, use.slot.number());
}
inline std::string named(std::uint32_t index) {
    return fmt::format("interface {}", index);
}
template <typename Key>
std::string named(std::pair<Key, Wanted::End> const& lease) {
    return fmt::format("the lease of {} {} end", named(lease.first), lease.second ? "with an" : "without");
}
inline std::string named(std::pair<Mac, Slot> const& entry) {
    return fmt::format("{} of slot {}", entry.first.text(), entry.second.number());
}

// Sorted ranges; what isn't the same is told.
template <typename Range>
void same(Range const& found, Range const& wanted, char const* what, std::source_location where) {
    if (found == wanted) return;
    auto const [one, other] = std::ranges::mismatch(found, wanted);
    fail(fmt::format("{}: {} found, {} wanted; the first that differs is {}, wanted is {}", what, found.size(),
                     wanted.size(), one == found.end() ? "none" : named(*one),
                     other == wanted.end() ? "none" : named(*other)),
         where);
}

// Ends are as exact as what is told of them: the kernel's by what is left.
template <typename Key>
FlatMap<Key, Wanted::End> roughly(FlatMap<Key, Wanted::End> found, FlatMap<Key, Wanted::End> const& wanted) {
    for (auto& [key, end] : found) {
        auto const other = wanted.find(key);
        if (!end || other == wanted.end() || !other->second) continue;
        if (std::chrono::abs(*end - *other->second) < std::chrono::milliseconds{500}) end = other->second;
    }
    return found;
}

// All but the access leases.
inline void check_content(Wanted const& found, Wanted const& wanted,
                          std::source_location where = std::source_location::current()) {
    same(found.lan, wanted.lan, "lan", where);
    same(found.slots, wanted.slots, "slots", where);
    same(found.learning, wanted.learning, "learning", where);
    same(roughly(found.asked, wanted.asked), wanted.asked, "asked", where);
    same(found.limited, wanted.limited, "limited", where);
    same(roughly(found.granted, wanted.granted), wanted.granted, "granted", where);
    same(found.lan_index, wanted.lan_index, "lan_index", where);
}

}  // namespace kindgate::test
