#include "report/randomised_response.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "report/samplers.h"

namespace kindgate::report {

namespace {

struct Channel {
    double kept;      // P(an answer is given | it is true)
    double invented;  // P(it is given | another is true)

    Channel(std::size_t k, Epsilon epsilon) {
        auto const weight = std::exp(epsilon.ratio().approximate());
        kept = weight / (weight + static_cast<double>(k - 1));
        invented = 1 / (weight + static_cast<double>(k - 1));
    }
};

constexpr double standard_errors_of_95 = 1.959964;

}  // namespace

// Candidates come equally often, and another than the truth is taken exp(-ε) times as often as the truth.
std::size_t randomise(std::size_t truth, std::size_t k, Epsilon epsilon, RandomSource& random) {
    assert(k >= min_answers && k <= max_answers && truth < k);
    for (;;) {
        auto const candidate = static_cast<std::size_t>(uniform_below(k, random));
        if (candidate == truth || bernoulli_exp(epsilon.ratio(), random)) return candidate;
    }
}

std::vector<Estimate> estimate(std::span<std::uint64_t const> counts, Epsilon epsilon) {
    assert(counts.size() >= min_answers && counts.size() <= max_answers);
    Channel const channel{counts.size(), epsilon};
    auto const all = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
    std::vector<Estimate> estimates;
    for (auto const count : counts) {
        if (all == 0) {
            estimates.push_back({0, 1});
            continue;
        }
        auto const seen = static_cast<double>(count) / all;
        auto const share = (seen - channel.invented) / (channel.kept - channel.invented);
        // Given the truth each answer is a coin: kept where it is true, invented where another is.
        auto const true_share = std::clamp(share, 0.0, 1.0);
        auto const variance = true_share * channel.kept * (1 - channel.kept) +
                              (1 - true_share) * channel.invented * (1 - channel.invented);
        estimates.push_back({share, std::sqrt(variance / all) / (channel.kept - channel.invented)});
    }
    return estimates;
}

std::uint64_t households_needed(std::size_t k, Epsilon epsilon, double margin) {
    assert(k >= min_answers && margin > 0);
    Channel const channel{k, epsilon};
    auto const variance = std::max(channel.kept * (1 - channel.kept), channel.invented * (1 - channel.invented));
    auto const errors = standard_errors_of_95 / (margin * (channel.kept - channel.invented));
    return static_cast<std::uint64_t>(std::ceil(variance * errors * errors));
}

}  // namespace kindgate::report
