// Exact fractions: what probabilities and ε are made of, so that no rounding reaches a released number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kindgate::report {

// Not negative, in lowest terms.
class Ratio {
public:
    // Terms in lowest terms: so that the samplers' products stay below 2^64.
    static constexpr std::uint64_t max_term = std::uint64_t{1} << 48U;

    // No denominator, or a term above max_term: invalid_input.
    static Result<Ratio> create(std::uint64_t numerator, std::uint64_t denominator);
    static constexpr Ratio whole(std::uint32_t number) { return {number, 1}; }

    std::uint64_t numerator() const { return numerator_; }
    std::uint64_t denominator() const { return denominator_; }
    // For what is nobody's secret: estimates, errors.
    double approximate() const { return static_cast<double>(numerator_) / static_cast<double>(denominator_); }

    bool operator==(Ratio const&) const = default;

private:
    constexpr Ratio(std::uint64_t numerator, std::uint64_t denominator)
        : numerator_(numerator), denominator_(denominator) {}

    std::uint64_t numerator_;
    std::uint64_t denominator_;
};

// "0.5", of 500: as short as can be.
std::string thousandths_text(std::uint64_t thousandths);

// How much an answer may tell, at most: the probability of what is seen differs between any two answers by no more
// than the factor e^ε. A number of thousandths, so that sums of several are exact.
class Epsilon {
public:
    static constexpr std::uint32_t max_thousandths = 20'000;

    // "0.5", "2": digits with at most 3 decimals, 0.001 to 20. Else invalid_input.
    static Result<Epsilon> parse(std::string_view text);
    // 1 to max_thousandths, else invalid_input.
    static Result<Epsilon> create(std::uint64_t thousandths);

    std::uint32_t thousandths() const { return thousandths_; }
    Ratio ratio() const;
    std::string text() const;  // as short as can be: "0.5"

    auto operator<=>(Epsilon const&) const = default;

private:
    constexpr explicit Epsilon(std::uint32_t thousandths) : thousandths_(thousandths) {}

    std::uint32_t thousandths_;
};

}  // namespace kindgate::report
