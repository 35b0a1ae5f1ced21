// Octets are taken as libprio-rs takes them (32-bit words, little-endian, as many as the bound has, the last shifted
// down to the bound's length), so that its vectors of the discrete Gaussian check these samplers.
#include "report/samplers.h"

#include <array>
#include <bit>
#include <cassert>
#include <cmath>

namespace kindgate::report {

std::uint64_t uniform_below(std::uint64_t n, RandomSource& random) {
    assert(n > 0);
    auto const bits = static_cast<unsigned>(std::bit_width(n));
    auto const words = (bits + 31) / 32;
    for (;;) {
        std::array<std::uint8_t, 8> octets{};
        random.fill(std::span{octets}.first(4 * std::size_t{words}));
        std::uint64_t low = 0;
        std::uint64_t high = 0;
        for (unsigned i = 4; i-- > 0;) {
            low = low << 8U | octets[i];
            high = high << 8U | octets[4 + i];
        }
        auto const value = words == 1 ? low >> (32 - bits) : high >> (64 - bits) << 32U | low;
        if (value < n) return value;
    }
}

bool bernoulli(Ratio probability, RandomSource& random) {
    assert(probability.numerator() <= probability.denominator());
    return uniform_below(probability.denominator(), random) < probability.numerator();
}

namespace {

// For gamma up to 1. The k-th turn is reached with probability below 1 / (k - 1)!, so k stays small beside 2^16, the
// room that a Ratio leaves.
bool bernoulli_exp_up_to_1(Ratio gamma, RandomSource& random) {
    for (std::uint64_t k = 1;; ++k) {
        auto const fraction = Ratio::create(gamma.numerator(), gamma.denominator() * k);
        if (!fraction.ok() || !bernoulli(*fraction, random)) return k % 2 == 1;
    }
}

// P(v) proportional to exp(-v * s / t), for scale t / s.
std::uint64_t geometric(Ratio scale, RandomSource& random) {
    auto const t = scale.numerator();
    auto const s = scale.denominator();
    auto u = uniform_below(t, random);
    while (!bernoulli_exp_up_to_1(*Ratio::create(u, t), random)) u = uniform_below(t, random);
    std::uint64_t v = 0;
    while (bernoulli_exp_up_to_1(Ratio::whole(1), random)) ++v;
    return (u + t * v) / s;
}

}  // namespace

bool bernoulli_exp(Ratio gamma, RandomSource& random) {
    auto const whole = gamma.numerator() / gamma.denominator();
    for (std::uint64_t i = 0; i < whole; ++i)
        if (!bernoulli_exp_up_to_1(Ratio::whole(1), random)) return false;
    return bernoulli_exp_up_to_1(*Ratio::create(gamma.numerator() % gamma.denominator(), gamma.denominator()), random);
}

std::int64_t two_sided_geometric(Ratio scale, RandomSource& random) {
    if (scale.numerator() == 0) return 0;
    for (;;) {
        bool const negative = uniform_below(2, random) == 0;
        auto const size = static_cast<std::int64_t>(geometric(scale, random));
        if (!negative) return size;
        if (size != 0) return -size;  // else 0 would come twice as often
    }
}

std::uint64_t half_width_95(Ratio scale) {
    if (scale.numerator() == 0) return 0;
    // P(|x| > w) = 2 a^(w + 1) / (1 + a) with a = exp(-1 / scale).
    auto const step = 1 / scale.approximate();
    auto const first = std::log(0.025 * (1 + std::exp(-step))) / -step - 1;
    return first <= 0 ? 0 : static_cast<std::uint64_t>(std::ceil(first));
}

}  // namespace kindgate::report
