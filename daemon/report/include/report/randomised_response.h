// k-ary randomised response: a household's answer is blurred before it leaves the house, so that whoever sees it, all
// aggregators together included, can't tell it from any other answer by more than a factor of e^ε. The truth is given
// with probability e^ε / (e^ε + k - 1), each other answer with 1 / (e^ε + k - 1). Of many answers the true shares can
// be estimated. Source: Kairouz, Bonawitz, Ramage, "Discrete Distribution Estimation under Local Privacy", 2016 (arXiv
// 1602.07387).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "report/random_source.h"
#include "report/ratio.h"

namespace kindgate::report {

// How many answers a question may have: `k`.
inline constexpr std::size_t min_answers = 2;
inline constexpr std::size_t max_answers = 32;

// The answer to give instead of `truth`, both below `k`. Exact; for one report once: a second draw tells more.
std::size_t randomise(std::size_t truth, std::size_t k, Epsilon epsilon, RandomSource& random);

// Of the share of all households that have an answer. May lie below 0 or above 1: it is not cut, so that sums and
// averages of several stay right.
struct Estimate {
    double share = 0;
    double standard_error = 0;  // of the blurring alone, estimated from what came; 1.96 of them: 95 %
};

// What `counts` of blurred answers, one place each, say of the truth. No answer at all: shares of 0, and no standard
// error can be said: 1.
std::vector<Estimate> estimate(std::span<std::uint64_t const> counts, Epsilon epsilon);

// How many households it takes until 1.96 standard errors of a share are no more than `margin` (0.02: two points), at
// the share where it takes most. `margin` above 0.
std::uint64_t households_needed(std::size_t k, Epsilon epsilon, double margin = 0.02);

}  // namespace kindgate::report
