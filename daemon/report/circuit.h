// The validity circuits (draft-irtf-cfrg-vdaf, 7.3.2 and 7.4) as numbers: how long a measurement, a proof and what
// comes of them are, and how a measurement becomes zeros and ones. Each circuit has one gadget of degree 2.
#pragma once

#include <span>
#include <vector>

#include "report/vdaf.h"

namespace kindgate::report {

struct Circuit {
    Vdaf vdaf;
    std::size_t bits = 0;           // of a number of Sum and SumVec, of MultihotCountVec's weight
    std::uint64_t last_weight = 0;  // what the last of these bits counts; the others are powers of two
    std::size_t measurement = 0;    // numbers in a measurement as it is encoded
    std::size_t output = 0;         // numbers that are added up
    std::size_t joint_rand = 0;
    std::size_t arity = 0;  // the gadget's wires
    std::size_t calls = 0;  // of the gadget
    std::size_t nodes = 0;  // values that make up a wire's polynomial: the power of two that holds a seed and all calls
    std::size_t results = 1;  // of the circuit, all to be zero

    // Without the value at the last root: the degree doesn't need it.
    std::size_t gadget_polynomial() const { return 2 * nodes - 1; }
    std::size_t proof() const { return arity + gadget_polynomial(); }
    std::size_t prove_rand() const { return arity; }
    std::size_t query_rand() const { return 1 + (results > 1 ? results : 0); }
    std::size_t verifier() const { return 2 + arity; }
};

// Of what check() takes.
Circuit circuit_of(Vdaf const& vdaf);

// Zeros and ones, `measurement` of them. Too many, too few or too large numbers: invalid_input.
Result<std::vector<std::uint8_t>> encode(Circuit const& circuit, std::span<std::uint64_t const> measurement);

}  // namespace kindgate::report
