// What a flow or an address is about: a number in the connection mark, and sets of such numbers.
#pragma once

#include <bit>
#include <cstdint>
#include <initializer_list>
#include <optional>

namespace kindgate {

// Bits 14-19 of the connection mark (docs/kernel-contract.md): 2 to 62 are from packs and lists.
using CategoryId = std::uint8_t;
inline constexpr CategoryId category_unknown = 0;
inline constexpr CategoryId category_unremarkable = 1;
inline constexpr CategoryId first_category = 2;
inline constexpr CategoryId last_category = 62;
inline constexpr CategoryId category_always_reachable = 63;

class CategorySet {
public:
    constexpr CategorySet() = default;
    constexpr CategorySet(std::initializer_list<CategoryId> ids) {
        for (auto const id : ids) add(id);
    }
    constexpr void add(CategoryId id) { bits_ |= std::uint64_t{1} << (id & 63); }
    constexpr void remove(CategoryId id) { bits_ &= ~(std::uint64_t{1} << (id & 63)); }
    constexpr bool has(CategoryId id) const { return (bits_ >> (id & 63) & 1) != 0; }
    constexpr bool empty() const { return bits_ == 0; }
    // The lowest number in it, if any.
    constexpr std::optional<CategoryId> first() const {
        if (bits_ == 0) return std::nullopt;
        return static_cast<CategoryId>(std::countr_zero(bits_));
    }
    // Calls one(id) for each, the lowest first.
    constexpr void each(auto&& one) const {
        for (auto bits = bits_; bits != 0; bits &= bits - 1) one(static_cast<CategoryId>(std::countr_zero(bits)));
    }
    constexpr CategorySet operator&(CategorySet other) const {
        CategorySet both;
        both.bits_ = bits_ & other.bits_;
        return both;
    }
    constexpr CategorySet operator|(CategorySet other) const {
        CategorySet any;
        any.bits_ = bits_ | other.bits_;
        return any;
    }
    bool operator==(CategorySet const&) const = default;

private:
    std::uint64_t bits_ = 0;
};

}  // namespace kindgate
