// Polynomials by their values at roots of unity, the Lagrange basis that the draft takes since -18
// (draft-irtf-cfrg-vdaf, 6.1.3): a vector of n values, n a power of two, is the polynomial of a lower degree than n
// that has them at 1, w, w^2, …, where w is a root of unity of order n.
#pragma once

#include <algorithm>
#include <bit>
#include <cassert>

#include "field.h"

namespace kindgate::report {

template <typename Field>
class Roots {
public:
    // For polynomials of `nodes` values, a power of two, at least 2; and for products of two of them.
    explicit Roots(std::size_t nodes)
        : nodes_(nodes), powers_(2 * nodes), twist_(nodes), inverse_nodes_(inverse(Field{std::uint64_t{nodes}})) {
        assert(std::has_single_bit(nodes) && nodes >= 2);
        auto const bits = static_cast<unsigned>(std::countr_zero(nodes));
        auto const root = root_of_unity<Field>(bits + 1);
        powers_[0] = Field{std::uint64_t{1}};
        for (std::size_t i = 1; i < powers_.size(); ++i) powers_[i] = powers_[i - 1] * root;
        for (std::size_t i = 0; i < nodes; ++i) twist_[reversed(i, nodes)] = powers_[i] * inverse_nodes_;
    }

    std::size_t nodes() const { return nodes_; }
    // The power of the root of order 2 * nodes.
    Field at(std::size_t exponent) const { return powers_[exponent]; }
    bool is_node(Field point) const {
        for (auto n = nodes_; n > 1; n /= 2) point *= point;
        return point == Field{std::uint64_t{1}};
    }

    // The values at the roots of order 2 * nodes that lie between those of order nodes: at s, sw, sw^2, …, where s^2 =
    // w. By way of the coefficients: back, s^i to each, and forth. As the way back leaves them in the order of reversed
    // bits and the way forth starts from it, nothing is ever put in order.
    void between(std::span<Field const> values, std::span<Field> to) const {
        std::ranges::copy(values, to.begin());
        for (auto half = nodes_ / 2; half >= 1; half /= 2) back(to, half);
        for (std::size_t i = 0; i < nodes_; ++i) to[i] *= twist_[i];
        for (std::size_t half = 1; half < nodes_; half *= 2) forth(to, half);
    }

    // What each value counts for at a point: the Lagrange polynomials there. `to`: as many as the values, nodes or
    // 2 * nodes. l_i(t) = w^i / n * product of (t - w^j) over all other j, as t^n - 1 is the product over all of them.
    void weights(Field point, std::span<Field> to) const {
        assert(to.size() == nodes_ || to.size() == 2 * nodes_);
        auto const step = powers_.size() / to.size();
        Field product{std::uint64_t{1}};
        for (std::size_t i = 0; i < to.size(); ++i) {
            to[i] = product;
            product *= point - powers_[i * step];
        }
        product = step == 2 ? inverse_nodes_ : inverse_nodes_ * one_half;
        for (auto i = to.size(); i-- > 0;) {
            to[i] *= product * powers_[i * step];
            product *= point - powers_[i * step];
        }
    }

private:
    static constexpr Field one_half = inverse(Field{std::uint64_t{2}});

    // The index with its bits in reverse order, as a number below `nodes`.
    static std::size_t reversed(std::size_t index, std::size_t nodes) {
        std::size_t result = 0;
        for (auto bit = nodes / 2; bit != 0; bit /= 2, index /= 2) result += index % 2 * bit;
        return result;
    }

    // A step of the inverse transform, decimation in frequency.
    void back(std::span<Field> values, std::size_t half_size) const {
        for (std::size_t i = 0; i < half_size; ++i) {
            auto const factor = powers_[(2 * nodes_ - i * nodes_ / half_size) % (2 * nodes_)];
            for (auto low = i; low < nodes_; low += 2 * half_size) {
                auto const difference = values[low] - values[low + half_size];
                values[low] += values[low + half_size];
                values[low + half_size] = i == 0 ? difference : difference * factor;
            }
        }
    }

    // A step of the transform, decimation in time.
    void forth(std::span<Field> values, std::size_t half_size) const {
        for (std::size_t i = 0; i < half_size; ++i) {
            auto const factor = powers_[i * nodes_ / half_size];
            for (auto low = i; low < nodes_; low += 2 * half_size) {
                auto const high = i == 0 ? values[low + half_size] : values[low + half_size] * factor;
                values[low + half_size] = values[low] - high;
                values[low] += high;
            }
        }
    }

    std::size_t nodes_;
    std::vector<Field> powers_;  // of the root of order 2 * nodes
    std::vector<Field> twist_;   // s^i / nodes, where coefficient i stands
    Field inverse_nodes_;
};

}  // namespace kindgate::report
