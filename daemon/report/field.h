// What both fields do alike: powers, roots of unity, vectors as octets (draft-irtf-cfrg-vdaf, 6.1).
#pragma once

#include <cassert>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "field128.h"
#include "field64.h"

namespace kindgate::report {

template <typename Field>
constexpr Field power(Field base, std::uint64_t exponent) {
    Field result{std::uint64_t{1}};
    for (; exponent != 0; exponent >>= 1U) {
        if ((exponent & 1U) != 0) result *= base;
        base *= base;
    }
    return result;
}

// A root of unity of order 2^bits, the one that the draft takes.
template <typename Field>
constexpr Field root_of_unity(unsigned bits) {
    assert(bits <= Field::root_bits);
    auto root = power(Field{std::uint64_t{7}}, Field::odd_part);
    for (auto i = bits; i < Field::root_bits; ++i) root *= root;
    return root;
}

// 1 / number. By Fermat: number^(modulus - 2), and modulus - 2 = (odd_part - 1) * 2^root_bits + (2^root_bits - 1).
// Not for 0.
template <typename Field>
constexpr Field inverse(Field number) {
    auto high = power(number, Field::odd_part - 1);
    Field low{std::uint64_t{1}};
    auto square = number;
    for (unsigned i = 0; i < Field::root_bits; ++i) {
        high *= high;
        low *= square;
        square *= square;
    }
    return high * low;
}

// As many as fit into the octets, which are a multiple of Field::size. False: one is the modulus or more.
template <typename Field>
bool decode(ByteView bytes, std::span<Field> to) {
    assert(bytes.size() == to.size() * Field::size);
    bool good = true;
    for (std::size_t i = 0; i < to.size(); ++i) good = to[i].decode(&bytes[i * Field::size]) && good;
    return good;
}

template <typename Field>
void encode(std::span<Field const> from, std::span<std::uint8_t> to) {
    assert(to.size() == from.size() * Field::size);
    for (std::size_t i = 0; i < from.size(); ++i) from[i].encode(&to[i * Field::size]);
}

template <typename Field>
Bytes encoded(std::vector<Field> const& numbers) {
    Bytes bytes(numbers.size() * Field::size);
    encode(std::span<Field const>{numbers}, bytes);
    return bytes;
}

}  // namespace kindgate::report
