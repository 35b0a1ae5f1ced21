// Which measurements can be added up unseen: the functions of Prio3 (draft-irtf-cfrg-vdaf-20, 7.4) and their
// parameters.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace kindgate::report {

// The draft's wire version since -18: other versions give other octets, and don't mix.
inline constexpr std::uint8_t vdaf_version = 18;

// Their numbers on the wire, 10.
enum class VdafType : std::uint32_t {
    count = 1,               // one number, 0 or 1: how many were 1
    sum = 2,                 // one number, 0 to `max`: their sum
    sum_vec = 3,             // `length` numbers, each 0 to `max`: the sum at each place
    histogram = 4,           // one number below `length`: how often each
    multihot_count_vec = 5,  // `length` numbers, 0 or 1, at most `max` of them 1: how often each was 1
};

std::string_view text(VdafType type);  // "Prio3Histogram"

// What a type has no use for is 0.
struct Vdaf {
    VdafType type = VdafType::count;
    std::uint32_t length = 0;
    std::uint64_t max = 0;
    // How many numbers one call of the circuit's gadget checks: near the root of how many there are, reports are
    // shortest.
    std::uint32_t chunk = 0;
    bool operator==(Vdaf const&) const = default;
};

// A measurement's numbers in the field, and those of a chunk: far more than any table has, little enough for memory.
inline constexpr std::size_t max_numbers = 1U << 16U;

// No length, no chunk, or bounds that the field can't hold: invalid_input.
Result<void> check(Vdaf const& vdaf);

using Seed = std::array<std::uint8_t, 32>;
using Nonce = std::array<std::uint8_t, 16>;

// Octets of a domain separation tag before the application's context, and how long that may be.
inline constexpr std::size_t tag_head = 8;
inline constexpr std::size_t max_context = 0xffff - tag_head;

}  // namespace kindgate::report
