// TurboSHAKE128 (RFC 9861, 2): a hash of any length over the Keccak permutation of 12 rounds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace kindgate::report {

using KeccakState = std::array<std::uint64_t, 25>;  // lane (x, y) at x + 5y

// Keccak-p[1600, 12] (FIPS 202, 3.3, the last 12 of its rounds).
void permute(KeccakState& state);

class TurboShake128 {
public:
    // `domain`: 0x01 to 0x7f, who asks.
    explicit TurboShake128(std::uint8_t domain) : domain_(domain) {}

    // The message, in pieces; all of them before the first squeeze().
    void absorb(ByteView piece);
    // The next octets of the output.
    void squeeze(std::span<std::uint8_t> output);

private:
    static constexpr std::size_t rate = 168;

    void absorb_block();
    void end_message();
    void squeeze_block();

    KeccakState state_{};
    std::array<std::uint8_t, rate> block_{};
    std::size_t at_ = 0;  // in the block: what is filled, then what was given out
    std::uint8_t domain_;
    bool squeezing_ = false;
};

}  // namespace kindgate::report
