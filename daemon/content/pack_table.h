// The 4-wise binary fuse graph (Graf and Lemire, "Binary Fuse Filters", 2022): each name owns four places, one in each
// of four neighbouring segments, and the four slots there XOR to what is kept of it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "pack_layout.h"

namespace kindgate::content {

struct PackShape {
    std::uint32_t segments = 1;
    unsigned segment_bits = 1;
    std::uint64_t slots() const { return (std::uint64_t{segments} + arity - 1) << segment_bits; }
};

PackShape shape_for(std::size_t names);

// The slots, so that those of each hash XOR to its fingerprint above its value; nothing where the graph of these hashes
// can't be taken apart (about one in a hundred keys): another key may.
std::optional<std::vector<std::uint64_t>> fill_slots(std::span<Hash const> hashes,
                                                     std::span<std::uint16_t const> values, PackShape const& shape,
                                                     unsigned value_bits);

}  // namespace kindgate::content
