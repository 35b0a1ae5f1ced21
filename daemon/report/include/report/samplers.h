// Samplers that are exact: integers and fractions only, since the low bits of floating-point noise tell what was
// noised. Source: Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential Privacy", 2020 (arXiv
// 2004.00010), 5. How long one takes depends on what is drawn, not on what it is drawn for.
#pragma once

#include <cstdint>

#include "report/random_source.h"
#include "report/ratio.h"

namespace kindgate::report {

// 0 to n - 1, each as often. `n` isn't 0.
std::uint64_t uniform_below(std::uint64_t n, RandomSource& random);

// True with that probability, which is at most 1.
bool bernoulli(Ratio probability, RandomSource& random);

// True with probability exp(-gamma).
bool bernoulli_exp(Ratio gamma, RandomSource& random);

// The two-sided geometric distribution, also called discrete Laplace: x with probability proportional to
// exp(-|x| / scale). Scale 0: always 0.
std::int64_t two_sided_geometric(Ratio scale, RandomSource& random);

// The smallest w with P(|x| <= w) >= 95 % for that distribution.
std::uint64_t half_width_95(Ratio scale);

}  // namespace kindgate::report
