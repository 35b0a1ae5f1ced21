// Numbers modulo 2^64 - 2^32 + 1 (draft-irtf-cfrg-vdaf, 6.1.2: Field64). 2^64 is 2^32 - 1 there, and 2^96 is -1: a
// product is reduced by shifts and additions. Nothing branches: half of random sums would be guessed wrong.
#pragma once

#include <cstddef>
#include <cstdint>

#include "little_endian.h"

namespace kindgate::report {

class Field64 {
public:
    static constexpr std::size_t size = 8;  // octets of an encoded number
    static constexpr std::uint64_t modulus = 0xffffffff00000001;
    // The multiplicative group has 2^32 * odd elements; 7 generates it.
    static constexpr unsigned root_bits = 32;
    static constexpr std::uint64_t odd_part = 0xffffffff;

    constexpr Field64() = default;
    constexpr explicit Field64(std::uint64_t number) : value_(number - (number >= modulus ? modulus : 0)) {}

    // From `size` octets, little-endian. False: the modulus or more.
    bool decode(std::uint8_t const* from) {
        value_ = load_word(from);
        return value_ < modulus;
    }
    void encode(std::uint8_t* to) const { store_word(to, value_); }

    constexpr std::uint64_t low() const { return value_; }
    constexpr bool fits_64_bits() const { return true; }
    constexpr bool operator==(Field64 const&) const = default;

    friend constexpr Field64 operator+(Field64 a, Field64 b) { return raw(difference(a.value_, modulus - b.value_)); }
    friend constexpr Field64 operator-(Field64 a, Field64 b) { return raw(difference(a.value_, b.value_)); }
    friend constexpr Field64 operator*(Field64 a, Field64 b) {
        __extension__ using Wide = unsigned __int128;
        auto const product = Wide{a.value_} * b.value_;
        auto const low = static_cast<std::uint64_t>(product);
        auto const high = static_cast<std::uint64_t>(product >> 64U);
        // low + (high mod 2^32) * (2^32 - 1) - (high / 2^32)
        std::uint64_t sum = 0;
        bool const carry = __builtin_add_overflow(difference(low, high >> 32U), (high & 0xffffffffU) * folded, &sum);
        sum += if_so(carry, folded);
        return raw(difference(sum, modulus));
    }
    constexpr Field64& operator+=(Field64 other) { return *this = *this + other; }
    constexpr Field64& operator-=(Field64 other) { return *this = *this - other; }
    constexpr Field64& operator*=(Field64 other) { return *this = *this * other; }

private:
    static constexpr std::uint64_t folded = 0xffffffff;  // 2^64

    static constexpr Field64 raw(std::uint64_t reduced) {
        Field64 made;
        made.value_ = reduced;
        return made;
    }

    static constexpr std::uint64_t if_so(bool condition, std::uint64_t number) {
        return number & (std::uint64_t{0} - std::uint64_t{condition});
    }
    // Of a, whatever it is, and b up to the modulus: where a is less, the modulus more.
    static constexpr std::uint64_t difference(std::uint64_t a, std::uint64_t b) {
        std::uint64_t result = 0;
        bool const borrow = __builtin_sub_overflow(a, b, &result);
        return result + if_so(borrow, modulus);
    }

    std::uint64_t value_ = 0;
};

}  // namespace kindgate::report
