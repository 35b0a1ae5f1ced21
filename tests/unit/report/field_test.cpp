#include "field.h"

#include <array>
#include <cstdio>
#include <random>

#include "test.h"

namespace {

using namespace kindgate;
using report::Field128;
using report::Field64;

__extension__ using Wide = unsigned __int128;

template <typename Field>
Wide number_of(Field element) {
    std::array<std::uint8_t, 16> octets{};
    element.encode(octets.data());
    Wide number = 0;
    for (std::size_t i = octets.size(); i-- > 0;) number = number << 8U | octets[i];
    return number;
}

template <typename Field>
Field element_of(Wide number) {
    std::array<std::uint8_t, 16> octets{};
    for (auto& octet : octets) {
        octet = static_cast<std::uint8_t>(number & 0xffU);
        number >>= 8U;
    }
    Field element;
    test::check(element.decode(octets.data()), "a number of the field");
    return element;
}

std::string text(Wide number) {
    std::array<char, 40> digits{};
    std::snprintf(digits.data(), digits.size(), "%016llx%016llx", static_cast<unsigned long long>(number >> 64U),
                  static_cast<unsigned long long>(static_cast<std::uint64_t>(number)));
    return digits.data();
}

// As one learns it at school: a bit at a time, nothing clever.
Wide slow_sum(Wide a, Wide b, Wide modulus) {
    return a >= modulus - b ? a - (modulus - b) : a + b;
}

Wide slow_product(Wide a, Wide b, Wide modulus) {
    Wide product = 0;
    for (int bit = 127; bit >= 0; --bit) {
        product = slow_sum(product, product, modulus);
        if ((b >> bit & 1U) != 0) product = slow_sum(product, a, modulus);
    }
    return product;
}

// Where carries and folds happen: around 0, the modulus, and powers of two.
template <typename Field>
std::vector<Wide> edges() {
    Wide const modulus = Field::modulus;
    std::vector<Wide> all;
    for (unsigned bit = 0; bit < Field::size * 8; bit += bit % 32 == 0 || bit % 32 == 31 ? 1 : 5)
        for (int by = -2; by <= 2; ++by) all.push_back(((Wide{1} << bit) + static_cast<Wide>(by)) % modulus);
    for (unsigned less = 1; less <= 40; ++less) all.push_back(modulus - less);
    return all;
}

template <typename Field>
void check_pair(Wide a, Wide b) {
    Wide const modulus = Field::modulus;
    auto const about = text(a) + ", " + text(b);
    auto const x = element_of<Field>(a);
    auto const y = element_of<Field>(b);
    test::equal(text(number_of(x + y)), text(slow_sum(a, b, modulus)), about + ": sum");
    test::equal(text(number_of(x - y)), text(slow_sum(a, b == 0 ? 0 : modulus - b, modulus)), about + ": difference");
    test::equal(text(number_of(x * y)), text(slow_product(a, b, modulus)), about + ": product");
}

template <typename Field>
void check_arithmetic(char const* name) {
    auto const all = edges<Field>();
    for (auto const a : all)
        for (std::size_t i = 0; i < all.size(); i += 1 + i % 3) check_pair<Field>(a, all[i]);
    // -2^k times 1/2^k: where k is 5 or more, folding a product of Field128 carries and borrows, which chance never
    // finds.
    for (unsigned k = 1; k < Field::root_bits && k < 64; ++k)
        check_pair<Field>(Field::modulus - (Wide{1} << k) % Field::modulus,
                          Field::modulus - ((Wide{Field::modulus} - 1) >> k));
    auto const first = test::first_seed(name);
    for (auto seed = first; seed < first + test::cases(2000); ++seed) {
        std::mt19937_64 random{seed};
        auto const any = [&] { return (Wide{random()} << 64U | random()) % Field::modulus; };
        check_pair<Field>(any(), any());
    }
}

template <typename Field>
void check_structure() {
    Field const one{std::uint64_t{1}};
    for (std::uint64_t number : {1ULL, 2ULL, 3ULL, 255ULL, 0xffffffffULL, 0xfffffffffffffffULL})
        test::check(Field{number} * report::inverse(Field{number}) == one, "an inverse");
    auto const minus_one = Field{} - one;
    test::check(report::inverse(minus_one) == minus_one, "-1 is its own inverse");
    test::check(report::root_of_unity<Field>(0) == one, "the root of order 1");
    test::check(report::root_of_unity<Field>(1) == minus_one, "the root of order 2");
    for (unsigned bits = 1; bits <= Field::root_bits; ++bits) {
        auto const root = report::root_of_unity<Field>(bits);
        test::check(root * root == report::root_of_unity<Field>(bits - 1), "each is a root of the one before");
    }
}

template <typename Field>
void check_octets() {
    std::array<std::uint8_t, 16> octets{};
    auto const put = [&](Wide number) {
        for (std::size_t i = 0; i < octets.size(); ++i)
            octets[i] = static_cast<std::uint8_t>(number >> (8 * i) & 0xffU);
    };
    Wide const modulus = Field::modulus;
    Field element;
    put(modulus - 1);
    test::check(element.decode(octets.data()), "the modulus less one");
    put(modulus);
    test::check(!element.decode(octets.data()), "the modulus");
    put(modulus + 1);
    test::check(!element.decode(octets.data()), "the modulus and one");
    octets.fill(0xff);
    test::check(!element.decode(octets.data()), "ones");
    std::vector<Field> two(2);
    Bytes bytes(2 * Field::size);
    test::check(report::decode(ByteView{bytes}, std::span{two}), "zeros");
    std::fill_n(bytes.begin(), Field::size, std::uint8_t{0xff});
    test::check(!report::decode(ByteView{bytes}, std::span{two}), "the first of two is none");
}

constexpr test::Test tests[] = {
    {"Field64 reckons as one does at school", [] { check_arithmetic<Field64>("Field64"); }},
    {"Field128 reckons as one does at school", [] { check_arithmetic<Field128>("Field128"); }},
    {"inverses and roots of unity are what they are called",
     [] {
         check_structure<Field64>();
         check_structure<Field128>();
     }},
    {"octets below the modulus are a number, others aren't",
     [] {
         check_octets<Field64>();
         check_octets<Field128>();
     }},
};

}  // namespace

int main() {
    return test::run("report/field", tests);
}
