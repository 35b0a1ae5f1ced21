#include "circuit.h"

#include <bit>
#include <numeric>

#include <fmt/format.h>

namespace kindgate::report {

namespace {

// Those whose zeros and ones are checked a chunk at a time; the others have no joint randomness.
bool in_chunks(VdafType type) {
    return type == VdafType::sum_vec || type == VdafType::histogram || type == VdafType::multihot_count_vec;
}

bool bounded(VdafType type) {
    return type == VdafType::sum || type == VdafType::sum_vec || type == VdafType::multihot_count_vec;
}

Error unusable(Vdaf const& vdaf, std::string_view why) {
    return {ErrorCode::invalid_input, fmt::format("{}: {}", text(vdaf.type), why)};
}

// `value` in all bits but the last, which counts less than its place if `max` isn't all ones (7.4.2). Both ways of
// writing what has two are valid; this is the draft's.
void append_bits(Circuit const& circuit, std::uint64_t value, std::vector<std::uint8_t>& to) {
    auto const rest = circuit.bits - 1;
    bool const last = value >> rest != 0;
    value -= last ? circuit.last_weight : 0;
    for (std::size_t i = 0; i < rest; ++i) to.push_back(static_cast<std::uint8_t>(value >> i & 1U));
    to.push_back(last ? 1 : 0);
}

void set_bits(Circuit& circuit) {
    circuit.bits = static_cast<std::size_t>(std::bit_width(circuit.vdaf.max));
    circuit.last_weight = circuit.vdaf.max - (std::bit_floor(circuit.vdaf.max) - 1);
}

std::size_t expected_numbers(Vdaf const& vdaf) {
    return vdaf.type == VdafType::sum_vec || vdaf.type == VdafType::multihot_count_vec ? vdaf.length : 1;
}

std::uint64_t largest_number(Vdaf const& vdaf) {
    switch (vdaf.type) {
        case VdafType::sum:
        case VdafType::sum_vec: return vdaf.max;
        case VdafType::histogram: return vdaf.length - 1;
        case VdafType::count:
        case VdafType::multihot_count_vec: break;
    }
    return 1;
}

}  // namespace

std::string_view text(VdafType type) {
    switch (type) {
        case VdafType::count: return "Prio3Count";
        case VdafType::sum: return "Prio3Sum";
        case VdafType::sum_vec: return "Prio3SumVec";
        case VdafType::histogram: return "Prio3Histogram";
        case VdafType::multihot_count_vec: return "Prio3MultihotCountVec";
    }
    return "an unknown VDAF";
}

Result<void> check(Vdaf const& vdaf) {
    auto const type = vdaf.type;
    if (type != VdafType::count && type != VdafType::sum && !in_chunks(type))
        return Error{ErrorCode::invalid_input, fmt::format("VDAF {:#010x} is none of 1 to 5 that Kindgate knows",
                                                           static_cast<std::uint32_t>(type))};
    if (bounded(type) && vdaf.max == 0) return unusable(vdaf, "the largest number is 0, it must be 1 at least");
    if (type == VdafType::sum && vdaf.max >> 63U != 0)
        return unusable(vdaf, "the largest number is 2^63 or more, which its field can't hold");
    if (!in_chunks(type)) return {};
    if (vdaf.length == 0) return unusable(vdaf, "the length is 0, it must be 1 at least");
    if (vdaf.chunk == 0) return unusable(vdaf, "the chunk length is 0, it must be 1 at least");
    if (type == VdafType::multihot_count_vec && vdaf.max > vdaf.length)
        return unusable(vdaf, fmt::format("the largest weight is {}, more than the length, {}", vdaf.max, vdaf.length));
    auto const numbers = std::uint64_t{vdaf.length} * (type == VdafType::sum_vec ? std::bit_width(vdaf.max) : 1) +
                         (type == VdafType::multihot_count_vec ? std::bit_width(vdaf.max) : 0);
    if (numbers > max_numbers || vdaf.chunk > max_numbers)
        return unusable(vdaf, fmt::format("{} numbers in chunks of {}: more than {} are not taken", numbers, vdaf.chunk,
                                          max_numbers));
    return {};
}

Circuit circuit_of(Vdaf const& vdaf) {
    Circuit circuit{.vdaf = vdaf};
    if (bounded(vdaf.type)) set_bits(circuit);
    circuit.output = in_chunks(vdaf.type) ? vdaf.length : 1;
    switch (vdaf.type) {
        case VdafType::count:  // 7.4.1
            circuit.measurement = circuit.calls = 1;
            circuit.arity = 2;
            break;
        case VdafType::sum:  // 7.4.2
            circuit.measurement = circuit.calls = circuit.results = circuit.bits;
            circuit.arity = 1;
            break;
        case VdafType::sum_vec:  // 7.4.3
            circuit.measurement = vdaf.length * circuit.bits;
            break;
        case VdafType::histogram:  // 7.4.4
            circuit.measurement = vdaf.length;
            circuit.results = 2;
            break;
        case VdafType::multihot_count_vec:  // 7.4.5
            circuit.measurement = vdaf.length + circuit.bits;
            circuit.results = 2;
            break;
    }
    if (in_chunks(vdaf.type)) {
        circuit.arity = std::size_t{2} * vdaf.chunk;
        circuit.calls = (circuit.measurement + vdaf.chunk - 1) / vdaf.chunk;
        circuit.joint_rand = circuit.calls;
    }
    circuit.nodes = std::bit_ceil(1 + circuit.calls);
    return circuit;
}

Result<std::vector<std::uint8_t>> encode(Circuit const& circuit, std::span<std::uint64_t const> measurement) {
    auto const& vdaf = circuit.vdaf;
    if (measurement.size() != expected_numbers(vdaf))
        return unusable(
            vdaf, fmt::format("a measurement has {} numbers, not {}", expected_numbers(vdaf), measurement.size()));
    for (auto const number : measurement)
        if (number > largest_number(vdaf))
            return unusable(vdaf, fmt::format("{} is more than {}", number, largest_number(vdaf)));
    std::vector<std::uint8_t> encoded;
    encoded.reserve(circuit.measurement);
    switch (vdaf.type) {
        case VdafType::count: encoded.push_back(static_cast<std::uint8_t>(measurement[0])); break;
        case VdafType::sum:
        case VdafType::sum_vec:
            for (auto const number : measurement) append_bits(circuit, number, encoded);
            break;
        case VdafType::histogram:
            for (std::uint64_t i = 0; i < vdaf.length; ++i) encoded.push_back(i == measurement[0] ? 1 : 0);
            break;
        case VdafType::multihot_count_vec: {
            auto const weight = std::accumulate(measurement.begin(), measurement.end(), std::uint64_t{0});
            if (weight > vdaf.max) return unusable(vdaf, fmt::format("{} ones are more than {}", weight, vdaf.max));
            for (auto const number : measurement) encoded.push_back(static_cast<std::uint8_t>(number));
            append_bits(circuit, weight, encoded);
            break;
        }
    }
    return encoded;
}

}  // namespace kindgate::report
