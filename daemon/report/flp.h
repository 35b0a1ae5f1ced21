// The proof that a measurement is valid (draft-irtf-cfrg-vdaf, 7.3): made of the whole, checked on shares of it. The
// prover gives a polynomial of the gadget's outputs; the verifiers, who can't evaluate the gadget on shares, take its
// outputs from there, and compare at a random point that it is the gadget of the polynomials of its inputs.
#pragma once

#include <algorithm>

#include "circuit.h"
#include "polynomial.h"

namespace kindgate::report {

// The gadget's inputs over all calls, a pair of wires at a time: what call k takes stands at k + 1. Everything here is
// linear, so it holds of shares as of the whole.
template <typename Field>
class Wires {
public:
    // `one`: a share of the number 1. All that is referred to must outlive this.
    Wires(Circuit const& circuit, std::span<Field const> measurement, std::span<Field const> joint_rand, Field one)
        : circuit_(circuit),
          measurement_(measurement),
          joint_rand_(joint_rand),
          powers_(joint_rand.begin(), joint_rand.end()),
          one_(one) {}

    // Of the next pair; `right` stays as it is where the gadget has one wire.
    void next(std::span<Field> left, std::span<Field> right) {
        for (std::size_t call = 0; call < circuit_.calls; ++call) {
            auto const index = call * pairs() + pair_;
            auto const number = index < measurement_.size() ? measurement_[index] : Field{};
            if (circuit_.joint_rand == 0) {
                left[call + 1] = number;
                if (circuit_.arity == 2) right[call + 1] = number;
                continue;
            }
            left[call + 1] = powers_[call] * number;
            right[call + 1] = number - one_;
            powers_[call] *= joint_rand_[call];
        }
        ++pair_;
    }

private:
    std::size_t pairs() const { return (circuit_.arity + 1) / 2; }

    Circuit const& circuit_;
    std::span<Field const> measurement_;
    std::span<Field const> joint_rand_;
    std::vector<Field> powers_;  // of the joint randomness, the next pair's
    Field one_;
    std::size_t pair_ = 0;
};

template <typename Field>
class Flp {
public:
    Flp(Circuit const& circuit, std::size_t shares)
        : circuit_(circuit), roots_(circuit.nodes), share_of_one_(inverse(Field{std::uint64_t{shares}})) {}

    Circuit const& circuit() const { return circuit_; }

    // 7.3.4
    std::vector<Field> prove(std::span<Field const> measurement, std::span<Field const> prove_rand,
                             std::span<Field const> joint_rand) const;
    // 7.3.5. Empty: the random point is a root of unity, where a verifier would tell what it must not.
    std::vector<Field> query(std::span<Field const> measurement, std::span<Field const> proof,
                             std::span<Field const> query_rand, std::span<Field const> joint_rand) const;
    // 7.3.6
    bool decide(std::span<Field const> verifier) const;

    // What is added up of a measurement, 7.3.2.
    void truncate(std::span<Field const> measurement, std::span<Field> output) const;

private:
    std::size_t pairs() const { return (circuit_.arity + 1) / 2; }
    Field weighted(std::span<Field const> bits) const;
    Field circuit_result(std::span<Field const> measurement, std::span<Field const> outputs,
                         std::span<Field const> rand) const;
    Field gadget_polynomial_at(Field point, std::span<Field const> values) const;

    // The gadget, or one product of its sum; a single wire is a bit.
    Field gadget(Field left, Field right) const { return circuit_.arity == 1 ? left * left - left : left * right; }

    Circuit circuit_;
    Roots<Field> roots_;
    Field share_of_one_;
};

template <typename Field>
std::vector<Field> Flp<Field>::prove(std::span<Field const> measurement, std::span<Field const> prove_rand,
                                     std::span<Field const> joint_rand) const {
    auto const nodes = roots_.nodes();
    Wires<Field> wires{circuit_, measurement, joint_rand, Field{std::uint64_t{1}}};
    std::vector<Field> scratch(4 * nodes);
    auto const piece = [&](std::size_t i) { return std::span{scratch}.subspan(i * nodes, nodes); };
    auto const left = piece(0), right = piece(1), left_between = piece(2), right_between = piece(3);
    std::vector<Field> proof(circuit_.arity + 2 * nodes);
    std::ranges::copy(prove_rand, proof.begin());
    auto const outputs = std::span{proof}.subspan(circuit_.arity);
    for (std::size_t pair = 0; pair < pairs(); ++pair) {
        left[0] = prove_rand[2 * pair];
        if (circuit_.arity > 1) right[0] = prove_rand[2 * pair + 1];
        wires.next(left, right);
        roots_.between(left, left_between);
        if (circuit_.arity > 1) roots_.between(right, right_between);
        for (std::size_t i = 0; i < nodes; ++i) {
            outputs[2 * i] += gadget(left[i], right[i]);
            outputs[2 * i + 1] += gadget(left_between[i], right_between[i]);
        }
    }
    proof.pop_back();
    return proof;
}

template <typename Field>
std::vector<Field> Flp<Field>::query(std::span<Field const> measurement, std::span<Field const> proof,
                                     std::span<Field const> query_rand, std::span<Field const> joint_rand) const {
    auto const point = query_rand.back();
    if (roots_.is_node(point)) return {};
    auto const nodes = roots_.nodes();
    auto const outputs = proof.subspan(circuit_.arity);
    std::vector<Field> scratch(3 * nodes);
    auto const weights = std::span{scratch}.first(nodes);
    auto const left = std::span{scratch}.subspan(nodes, nodes), right = std::span{scratch}.last(nodes);
    roots_.weights(point, weights);
    auto const at_point = [&](std::span<Field const> wire) {
        Field value;
        for (std::size_t i = 0; i <= circuit_.calls; ++i) value += weights[i] * wire[i];
        return value;
    };
    Wires<Field> wires{circuit_, measurement, joint_rand, share_of_one_};
    std::vector<Field> verifier{circuit_result(measurement, outputs, query_rand)};
    verifier.reserve(circuit_.verifier());
    for (std::size_t pair = 0; pair < pairs(); ++pair) {
        left[0] = proof[2 * pair];
        if (circuit_.arity > 1) right[0] = proof[2 * pair + 1];
        wires.next(left, right);
        verifier.push_back(at_point(left));
        if (circuit_.arity > 1) verifier.push_back(at_point(right));
    }
    verifier.push_back(gadget_polynomial_at(point, outputs));
    return verifier;
}

// The last of the 2 * nodes values follows from the others: the highest coefficient, which the polynomial lacks, is
// their sum, each times s^i, up to a factor.
template <typename Field>
Field Flp<Field>::gadget_polynomial_at(Field point, std::span<Field const> values) const {
    std::vector<Field> weights(2 * roots_.nodes());
    roots_.weights(point, weights);
    Field value;
    Field last;
    for (std::size_t i = 0; i < values.size(); ++i) {
        value += weights[i] * values[i];
        last -= roots_.at(i) * values[i];
    }
    return value + weights.back() * roots_.at(1) * last;
}

// The circuit itself, with the gadget's outputs from the proof; several results become one by random factors (7.3.5).
template <typename Field>
Field Flp<Field>::circuit_result(std::span<Field const> measurement, std::span<Field const> outputs,
                                 std::span<Field const> rand) const {
    // A call's output stands at a root of order `nodes`, the first at w.
    auto const output = [&](std::size_t call) { return outputs[2 * (call + 1)]; };
    if (circuit_.vdaf.type == VdafType::count) return output(0) - measurement[0];
    Field checked;
    if (circuit_.vdaf.type == VdafType::sum && circuit_.results > 1) {
        for (std::size_t call = 0; call < circuit_.calls; ++call) checked += rand[call] * output(call);
        return checked;
    }
    for (std::size_t call = 0; call < circuit_.calls; ++call) checked += output(call);
    if (circuit_.results == 1) return checked;
    Field sum;
    for (auto const number : measurement.first(circuit_.output)) sum += number;
    auto const claimed =
        circuit_.vdaf.type == VdafType::histogram ? share_of_one_ : weighted(measurement.subspan(circuit_.output));
    return rand[0] * checked + rand[1] * (sum - claimed);
}

template <typename Field>
bool Flp<Field>::decide(std::span<Field const> verifier) const {
    if (verifier[0] != Field{}) return false;
    auto const wires = verifier.subspan(1, circuit_.arity);
    Field output;
    for (std::size_t pair = 0; pair < pairs(); ++pair)
        output += gadget(wires[2 * pair], wires[std::min(2 * pair + 1, circuit_.arity - 1)]);
    return output == verifier.back();
}

// The number whose bits these are, the last with its own weight.
template <typename Field>
Field Flp<Field>::weighted(std::span<Field const> bits) const {
    Field number;
    for (auto i = bits.size() - 1; i-- > 0;) number += number + bits[i];
    return number + bits.back() * Field{circuit_.last_weight};
}

template <typename Field>
void Flp<Field>::truncate(std::span<Field const> measurement, std::span<Field> output) const {
    if (circuit_.vdaf.type != VdafType::sum && circuit_.vdaf.type != VdafType::sum_vec) {
        std::ranges::copy(measurement.first(output.size()), output.begin());
        return;
    }
    for (std::size_t i = 0; i < output.size(); ++i)
        output[i] = weighted(measurement.subspan(i * circuit_.bits, circuit_.bits));
}

}  // namespace kindgate::report
