#include "pack_table.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kindgate::content {

// Graf and Lemire, section 4: sizes found by measuring where almost every graph can be taken apart.
PackShape shape_for(std::size_t names) {
    auto const count = static_cast<double>(std::max<std::size_t>(names, 2));
    PackShape shape;
    shape.segment_bits = static_cast<unsigned>(
        std::clamp(std::floor(std::log(count) / std::log(2.91) - 0.5), 1.0, static_cast<double>(most_segment_bits)));
    auto const factor = std::max(1.075, 0.77 + 0.305 * std::log(600000.0) / std::log(count));
    auto const wanted = static_cast<std::uint64_t>(std::ceil(count * factor));
    auto const length = std::uint64_t{1} << shape.segment_bits;
    auto const segments = (wanted + length - 1) / length;
    shape.segments = static_cast<std::uint32_t>(segments > arity ? segments - (arity - 1) : 1);
    return shape;
}

namespace {

struct Keyed {
    Hash hash;
    std::uint16_t value;
};

// By the segment where each begins: neighbours then share the slots that they own, and a walk over the names stays
// within a few segments, which the processor's cache holds.
std::vector<Keyed> by_segment(std::span<Hash const> hashes, std::span<std::uint16_t const> values,
                              PackShape const& shape) {
    auto const segment = [&](Hash const& hash) {
        return place_of(hash, shape.segments, shape.segment_bits).at[0] >> shape.segment_bits;
    };
    std::vector<std::uint32_t> next(shape.segments + 1);
    for (auto const& hash : hashes) ++next[segment(hash) + 1];
    std::partial_sum(next.begin(), next.end(), next.begin());
    std::vector<Keyed> names(hashes.size());
    for (std::size_t i = 0; i < hashes.size(); ++i) names[next[segment(hashes[i])]++] = {hashes[i], values[i]};
    return names;
}

// At each slot: how many of the names that are not taken out yet own it, and the XOR of their numbers.
struct Crowd {
    std::uint32_t count = 0;
    std::uint32_t numbers = 0;
};

struct Taken {
    std::uint32_t name;
    std::uint32_t slot;  // the name was alone there
};

// In this order each name was alone at its slot after those before it were gone; empty if some never are.
std::vector<Taken> take_apart(std::span<Keyed const> names, PackShape const& shape) {
    std::vector<Crowd> crowds(shape.slots());
    auto const place = [&](std::uint32_t name) {
        return place_of(names[name].hash, shape.segments, shape.segment_bits);
    };
    for (std::uint32_t name = 0; name < names.size(); ++name)
        for (auto const at : place(name).at) {
            ++crowds[at].count;
            crowds[at].numbers ^= name;
        }
    std::vector<Taken> order;
    order.reserve(names.size());
    std::vector<std::uint32_t> alone;
    for (std::uint32_t slot = 0; slot < crowds.size(); ++slot) {
        alone.push_back(slot);
        while (!alone.empty()) {
            auto const at = alone.back();
            alone.pop_back();
            if (crowds[at].count != 1) continue;
            auto const name = crowds[at].numbers;
            order.push_back({name, at});
            for (auto const other : place(name).at) {
                crowds[other].numbers ^= name;
                if (--crowds[other].count == 1) alone.push_back(other);
            }
        }
    }
    if (order.size() != names.size()) order.clear();
    return order;
}

}  // namespace

std::optional<std::vector<std::uint64_t>> fill_slots(std::span<Hash const> hashes,
                                                     std::span<std::uint16_t const> values, PackShape const& shape,
                                                     unsigned value_bits) {
    auto const names = by_segment(hashes, values, shape);
    auto const order = take_apart(names, shape);
    if (order.empty()) return std::nullopt;
    std::vector<std::uint64_t> slots(shape.slots());
    // Who was taken last decides its slot first: no slot that it owns changes afterwards.
    for (auto taken = order.rbegin(); taken != order.rend(); ++taken) {
        auto const& [hash, value] = names[taken->name];
        auto const place = place_of(hash, shape.segments, shape.segment_bits);
        auto bits = place.fingerprint << value_bits | value;
        for (auto const at : place.at)
            if (at != taken->slot) bits ^= slots[at];
        slots[taken->slot] = bits;
    }
    return slots;
}

}  // namespace kindgate::content
