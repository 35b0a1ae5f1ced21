// Runs are seeded, so a χ² that is less probable than `confidence` says that the sampler is wrong, not that it was
// unlucky; the tester itself is shown to refuse what isn't that distribution.
#include "report/samplers.h"

#include <map>
#include <numeric>

#include "statistics.h"
#include "vectors.h"

namespace {

using namespace kindgate;
using report::Ratio;
using report::SeededRandom;

constexpr double confidence = 1e-4;
constexpr int draws = 30'000;

using Seen = std::map<std::int64_t, std::uint64_t>;
using Distribution = std::map<std::int64_t, double>;

Ratio ratio(std::uint64_t numerator, std::uint64_t denominator) {
    return test::value(Ratio::create(numerator, denominator));
}

template <typename Draw>
Seen sample(std::string_view seed, Draw draw) {
    SeededRandom random{bytes_of(seed)};
    Seen seen;
    for (int i = 0; i < draws; ++i) ++seen[static_cast<std::int64_t>(draw(random))];
    return seen;
}

Distribution two_sided(double scale) {
    Distribution all;
    auto const a = std::exp(-1 / scale);
    for (std::int64_t x = -400; x <= 400; ++x)
        all[x] = (1 - a) / (1 + a) * std::pow(a, static_cast<double>(std::abs(x)));
    return all;
}

Seen noise(Ratio scale) {
    return sample("noise", [&](SeededRandom& random) { return report::two_sided_geometric(scale, random); });
}

void tests_the_tester() {
    auto const right = two_sided(2);
    test::check(test::p_value({{0, draws}}, right) < 1e-12, "no noise at all is refused");
    test::check(test::p_value(noise(ratio(22, 10)), right) < 1e-9, "a scale that is 10 % too large is refused");
    test::check(test::p_value(noise(ratio(18, 10)), right) < 1e-9, "one that is 5 % too small, too");
    auto shifted = noise(ratio(2, 1));
    shifted[0] += draws / 20;
    test::check(test::p_value(shifted, right) < confidence, "one zero in twenty too many is refused");
    auto strange = noise(ratio(2, 1));
    strange[1'000'000] += draws / 300;
    test::check(test::p_value(strange, right) < confidence, "what can't be is refused");
    // From tables of χ²: 95 % below 3.841 for one degree of freedom, below 18.307 for ten.
    test::check(std::abs(test::upper_gamma(0.5, 3.841 / 2) - 0.05) < 1e-4, "one degree");
    test::check(std::abs(test::upper_gamma(5, 18.307 / 2) - 0.05) < 1e-4, "ten degrees");
}

void draws_uniformly() {
    for (std::uint64_t n : {1U, 2U, 3U, 10U, 64U, 100U}) {
        Distribution all;
        for (std::uint64_t x = 0; x < n; ++x) all[static_cast<std::int64_t>(x)] = 1 / static_cast<double>(n);
        auto const seen = sample("uniform", [&](SeededRandom& random) { return report::uniform_below(n, random); });
        test::check(test::p_value(seen, all) > confidence, std::to_string(n));
    }
    for (auto const n :
         {(std::uint64_t{1} << 32U) - 1, std::uint64_t{1} << 32U, std::uint64_t{3} << 40U, ~std::uint64_t{0}}) {
        auto const seen = sample("large", [&](SeededRandom& random) {
            auto const value = report::uniform_below(n, random);
            test::check(value < n, "below");
            return value / (n / 8 + 1);
        });
        Distribution eighths;
        for (int x = 0; x < 8; ++x) eighths[x] = 1 / 8.0;
        test::check(test::p_value(seen, eighths) > confidence, std::to_string(n));
    }
}

void draws_coins() {
    struct Case {
        std::uint64_t numerator, denominator;
    };
    for (auto const& c :
         {Case{0, 1}, {1, 1}, {1, 2}, {1, 3}, {999, 1000}, {1, 1'000'003}, {7, std::uint64_t{1} << 47U}}) {
        auto const p = static_cast<double>(c.numerator) / static_cast<double>(c.denominator);
        auto const seen = sample(
            "coin", [&](SeededRandom& random) { return report::bernoulli(ratio(c.numerator, c.denominator), random); });
        test::check(test::p_value(seen, {{0, 1 - p}, {1, p}}) > confidence, std::to_string(p));
    }
    for (auto const& c : {Case{0, 1}, {1, 1000}, {1, 2}, {1, 1}, {3, 2}, {2, 1}, {7, 3}, {40, 1}}) {
        auto const p = std::exp(-static_cast<double>(c.numerator) / static_cast<double>(c.denominator));
        auto const seen = sample("exp", [&](SeededRandom& random) {
            return report::bernoulli_exp(ratio(c.numerator, c.denominator), random);
        });
        test::check(test::p_value(seen, {{0, 1 - p}, {1, p}}) > confidence, std::to_string(p));
    }
}

void draws_noise() {
    struct Case {
        std::uint64_t numerator, denominator;
    };
    for (auto const& c : {Case{1, 4}, {1, 1}, {2, 1}, {5, 3}, {8, 1}, {20, 1}}) {
        auto const scale = ratio(c.numerator, c.denominator).approximate();
        auto const seen = noise(ratio(c.numerator, c.denominator));
        test::check(test::p_value(seen, two_sided(scale)) > confidence, std::to_string(scale));
        double mean = 0;
        double square = 0;
        for (auto const& [x, count] : seen) {
            mean += static_cast<double>(x) * static_cast<double>(count) / draws;
            square += static_cast<double>(x * x) * static_cast<double>(count) / draws;
        }
        auto const a = std::exp(-1 / scale);
        auto const variance = 2 * a / ((1 - a) * (1 - a));
        test::check(std::abs(mean) < 4 * std::sqrt(variance / draws), "the mean is 0");
        test::check(std::abs(square / variance - 1) < 4 * std::sqrt(6.0 / draws) * 1.5,
                    "the variance is the stated one");
    }
    test::equal(noise(ratio(0, 1)).at(0), std::uint64_t{draws}, "scale 0: no noise");
}

// The half-width is the smallest that holds 95 %, exactly; samples stay in it as often as it says, and go out of it
// as often as they should.
void knows_its_width() {
    struct Case {
        std::uint64_t numerator, denominator;
    };
    for (auto const& c : {Case{0, 1}, {1, 100}, {1, 1}, {2, 1}, {4, 1}, {16, 1}, {50, 3}}) {
        auto const scale = ratio(c.numerator, c.denominator);
        auto const width = static_cast<std::int64_t>(report::half_width_95(scale));
        auto const inside = [&](std::int64_t w) {
            if (c.numerator == 0) return 1.0;
            auto const a = std::exp(-1 / scale.approximate());
            return 1 - 2 * std::pow(a, static_cast<double>(w) + 1) / (1 + a);
        };
        test::check(inside(width) >= 0.95, "enough");
        test::check(width == 0 || inside(width - 1) < 0.95, "no more than is needed");
        std::uint64_t outside = 0;
        for (auto const& [x, count] : noise(scale)) outside += std::abs(x) > width ? count : 0;
        auto const [low, high] = test::bounds(outside, draws);
        test::check(low <= 1 - inside(width) && 1 - inside(width) <= high, "the tails are as large as they should be");
    }
}

// Algorithm 3 of the paper; only here, to check what it is made of.
std::int64_t discrete_gaussian(std::uint64_t p, std::uint64_t q, report::RandomSource& random) {
    auto const t = p / q + 1;
    for (;;) {
        auto const y = report::two_sided_geometric(ratio(t, 1), random);
        auto const size = static_cast<std::uint64_t>(std::abs(y));
        auto const there = size * q * q * t;
        auto const here = p * p;
        auto const apart = there > here ? there - here : here - there;
        auto const both = std::gcd(apart, q * t * p);
        auto const numerator = apart / both;
        auto const denominator = q * t * p / both;
        if (report::bernoulli_exp(ratio(numerator * numerator, 2 * denominator * denominator), random)) return y;
    }
}

void agrees_with_others() {
    for (auto const& file : test::vector_files("dp", "discrete_gauss")) {
        auto const& one = file.content;
        SeededRandom random{test::hex_bytes(one, "seed")};
        for (auto const& sample : one.at("samples"))
            test::equal(discrete_gaussian(one.at("std_num"), one.at("std_denom"), random), sample.get<std::int64_t>(),
                        file.name);
    }
}

void reads_epsilon() {
    struct Case {
        std::string_view text;
        std::uint32_t thousandths;
        std::string_view shortest;
    };
    for (auto const& c : {Case{"0.5", 500, "0.5"},
                          {"2", 2000, "2"},
                          {"0.001", 1, "0.001"},
                          {"20", 20'000, "20"},
                          {"1.250", 1250, "1.25"},
                          {"020", 20'000, "20"}}) {
        auto const epsilon = test::value(report::Epsilon::parse(c.text));
        test::equal(epsilon.thousandths(), c.thousandths, c.text);
        test::equal(epsilon.text(), c.shortest, c.text);
        test::check(epsilon.ratio() == ratio(c.thousandths, 1000), c.text);
    }
    for (auto const* wrong : {"", ".", "0", "0.000", "1.", ".5", "-1", "+1", "1e3", "0.0001", "20.001", "99999", "1,5",
                              " 1", "nan", "1.2.3"}) {
        auto const epsilon = report::Epsilon::parse(wrong);
        test::check(!epsilon.ok(), wrong);
        test::contains(epsilon.error().message(), "write a number from 0.001 to 20 with at most 3 decimals");
    }
    test::check(!report::Epsilon::create(0).ok() && !report::Epsilon::create(20'001).ok(), "out of range");
}

void keeps_fractions_small() {
    test::check(ratio(6, 4) == ratio(3, 2), "lowest terms");
    test::check(ratio(Ratio::max_term * 4, Ratio::max_term * 2) == ratio(2, 1), "large ones that are small ones");
    test::check(!Ratio::create(1, 0).ok(), "no denominator");
    test::check(!Ratio::create(Ratio::max_term + 1, 1).ok() && !Ratio::create(1, Ratio::max_term + 1).ok(),
                "too large");
}

constexpr test::Test tests[] = {
    {"the χ² test refuses no noise, other noise and impossible values", tests_the_tester},
    {"each number below a bound comes as often", draws_uniformly},
    {"coins fall with their probability, also exp(-γ)", draws_coins},
    {"two-sided geometric noise has its distribution, mean and variance", draws_noise},
    {"the 95 % half-width is the smallest one, and tails are as large as it says", knows_its_width},
    {"a discrete Gaussian of these samplers is libprio-rs's, octet by octet", agrees_with_others},
    {"ε is read exactly, and an error says what is allowed", reads_epsilon},
    {"fractions are in lowest terms and of small numbers", keeps_fractions_small},
};

}  // namespace

int main() {
    return test::run("report/samplers", tests);
}
