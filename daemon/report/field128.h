// Numbers modulo 2^128 - 28 * 2^64 + 1 (draft-irtf-cfrg-vdaf, 6.1.2: Field128). 2^128 is 28 * 2^64 - 1 there: products
// are folded back rather than kept in Montgomery's form: octets are numbers as they are, and it is faster. Sums branch
// on nothing: half of random ones would be guessed wrong.
#pragma once

#include <cstddef>
#include <cstdint>

#include "little_endian.h"

namespace kindgate::report {

class Field128 {
public:
    __extension__ using Wide = unsigned __int128;

    static constexpr std::size_t size = 16;  // octets of an encoded number
    static constexpr Wide modulus = (Wide{0xffffffffffffffe4} << 64U) + 1;
    // The multiplicative group has 2^66 * odd elements; 7 generates it.
    static constexpr unsigned root_bits = 66;
    static constexpr std::uint64_t odd_part = 4611686018427387897;

    constexpr Field128() = default;
    constexpr explicit Field128(std::uint64_t number) : value_(number) {}
    constexpr explicit Field128(Wide number) : value_(number - (number >= modulus ? modulus : 0)) {}

    // From `size` octets, little-endian. False: the modulus or more.
    bool decode(std::uint8_t const* from) {
        value_ = Wide{load_word(from + 8)} << 64U | load_word(from);
        return value_ < modulus;
    }
    void encode(std::uint8_t* to) const {
        store_word(to, low());
        store_word(to + 8, static_cast<std::uint64_t>(value_ >> 64U));
    }

    constexpr std::uint64_t low() const { return static_cast<std::uint64_t>(value_); }
    constexpr bool fits_64_bits() const { return value_ >> 64U == 0; }
    constexpr bool operator==(Field128 const&) const = default;

    friend constexpr Field128 operator+(Field128 a, Field128 b) {
        return raw(difference(a.value_, modulus - b.value_));
    }
    friend constexpr Field128 operator-(Field128 a, Field128 b) { return raw(difference(a.value_, b.value_)); }
    friend constexpr Field128 operator*(Field128 a, Field128 b) {
        auto const a0 = a.low();
        auto const b0 = b.low();
        auto const a1 = high(a.value_);
        auto const b1 = high(b.value_);
        auto const low_low = Wide{a0} * b0;
        auto const low_high = Wide{a0} * b1;
        auto const high_low = Wide{a1} * b0;
        auto const middle =
            Wide{high(low_low)} + static_cast<std::uint64_t>(low_high) + static_cast<std::uint64_t>(high_low);
        auto const top = Wide{a1} * b1 + high(low_high) + high(high_low) + high(middle);
        return folded(static_cast<std::uint64_t>(low_low), static_cast<std::uint64_t>(middle),
                      static_cast<std::uint64_t>(top), high(top));
    }
    constexpr Field128& operator+=(Field128 other) { return *this = *this + other; }
    constexpr Field128& operator-=(Field128 other) { return *this = *this - other; }
    constexpr Field128& operator*=(Field128 other) { return *this = *this * other; }

private:
    static constexpr Wide fold = (Wide{28} << 64U) - 1;  // 2^128

    static constexpr std::uint64_t high(Wide number) { return static_cast<std::uint64_t>(number >> 64U); }

    static constexpr Field128 raw(Wide reduced) {
        Field128 made;
        made.value_ = reduced;
        return made;
    }

    static constexpr Wide if_so(bool condition, Wide number) {
        auto const mask = std::uint64_t{0} - std::uint64_t{condition};
        return Wide{high(number) & mask} << 64U | (static_cast<std::uint64_t>(number) & mask);
    }
    // Of a below and b up to the modulus.
    static constexpr Wide difference(Wide a, Wide b) {
        Wide result = 0;
        bool const borrow = __builtin_sub_overflow(a, b, &result);
        return result + if_so(borrow, modulus);
    }

    // w3 * 2^192 + w2 * 2^128 + w1 * 2^64 + w0, from above: 2^192 is 28 * 2^128 - 2^64.
    static constexpr Field128 folded(std::uint64_t w0, std::uint64_t w1, std::uint64_t w2, std::uint64_t w3) {
        auto const third = Wide{w3} * 28 + w2;    // times 2^128; below 2^69
        auto const upper = third * 28 + w1 - w3;  // times 2^64; below 2^74, and w3 less than its part of `third`
        auto const over = high(upper);            // times 2^128
        auto const more = over * 28;              // times 2^64
        auto const whole = Wide{static_cast<std::uint64_t>(upper)} << 64U | w0;
        // What follows happens in one of 2^49 products.
        auto sum = whole + (Wide{more} << 64U);
        if (sum < whole) [[unlikely]]
            sum += fold;
        auto const less = third + over;
        auto result = sum - less;
        if (sum < less) [[unlikely]]
            result += modulus;
        if (result >= modulus) [[unlikely]]
            result -= modulus;
        return raw(result);
    }

    Wide value_ = 0;
};

}  // namespace kindgate::report
