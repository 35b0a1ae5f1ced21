// Do samples follow a distribution? Pearson's χ² test, and a bound of a share that is seen.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <vector>

#include "test.h"

namespace kindgate::test {

// The upper regularised incomplete gamma function Q(a, x): its series below a + 1, else its continued fraction (Lentz).
inline double upper_gamma(double a, double x) {
    auto const scale = std::exp(-x + a * std::log(x) - std::lgamma(a));
    if (x <= 0) return 1;
    if (x < a + 1) {
        double term = 1 / a;
        double sum = term;
        for (double n = a + 1; term > sum * 1e-15; n += 1) sum += term *= x / n;
        return 1 - sum * scale;
    }
    double b = x + 1 - a;
    double c = 1e300;
    double d = 1 / b;
    double h = d;
    for (int i = 1; i < 10'000; ++i) {
        double const an = -i * (i - a);
        b += 2;
        d = 1 / (an * d + b);
        c = b + an / c;
        h *= d * c;
        if (std::abs(d * c - 1) < 1e-15) break;
    }
    return scale * h;
}

// How probable a χ² of at least this one is. Values that are expected less than 8 times are put together, with all
// that has no probability.
inline double p_value(std::map<std::int64_t, std::uint64_t> const& seen,
                      std::map<std::int64_t, double> const& probability) {
    double all = 0;
    for (auto const& [value, count] : seen) all += static_cast<double>(count);
    double square = 0;
    double rest_seen = all;
    double rest = 1;
    int cells = 0;
    for (auto const& [value, share] : probability) {
        if (share * all < 8) continue;
        auto const found = seen.find(value);
        auto const count = found == seen.end() ? 0.0 : static_cast<double>(found->second);
        square += (count - share * all) * (count - share * all) / (share * all);
        rest_seen -= count;
        rest -= share;
        ++cells;
    }
    if (auto const expected = std::max(rest * all, 1e-3); rest_seen > 0.5 || expected > 8) {
        square += (rest_seen - expected) * (rest_seen - expected) / expected;
        ++cells;
    }
    return cells < 2 ? 1 : upper_gamma((cells - 1) / 2.0, square / 2);
}

// Where the true share is, with a probability of mistake below 1e-4 at each end: 3.72 standard deviations, with half a
// case for the step.
struct Bounds {
    double low;
    double high;
};
inline Bounds bounds(std::uint64_t count, std::uint64_t all) {
    auto const n = static_cast<double>(all);
    auto const share = static_cast<double>(count) / n;
    auto const width = 3.72 * std::sqrt(std::max(share * (1 - share), 1 / n) / n) + 0.5 / n;
    return {share - width, share + width};
}

}  // namespace kindgate::test
