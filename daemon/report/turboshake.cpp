#include "turboshake.h"

#include <algorithm>
#include <bit>
#include <cassert>

#include "little_endian.h"

namespace kindgate::report {

namespace {

// FIPS 202, 3.2.5: those of the last 12 rounds.
constexpr std::array<std::uint64_t, 12> round_constants{
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

// The step chi on one row, 3.2.4.
template <std::size_t row>
inline void mix(KeccakState& to, std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d, std::uint64_t e) {
    to[5 * row] = a ^ (~b & c);
    to[5 * row + 1] = b ^ (~c & d);
    to[5 * row + 2] = c ^ (~d & e);
    to[5 * row + 3] = d ^ (~e & a);
    to[5 * row + 4] = e ^ (~a & b);
}

// Written out lane by lane: with loops over coordinates the compiler keeps the lanes in memory, at twice the time.
inline void round(KeccakState const& a, KeccakState& to, std::uint64_t constant) {
    using std::rotl;
    // theta, 3.2.1
    auto const c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20];
    auto const c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21];
    auto const c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22];
    auto const c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23];
    auto const c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24];
    auto const d0 = c4 ^ rotl(c1, 1);
    auto const d1 = c0 ^ rotl(c2, 1);
    auto const d2 = c1 ^ rotl(c3, 1);
    auto const d3 = c2 ^ rotl(c4, 1);
    auto const d4 = c3 ^ rotl(c0, 1);
    // rho and pi, 3.2.2 and 3.2.3: which lane comes where, turned by how much
    mix<0>(to, a[0] ^ d0, rotl(a[6] ^ d1, 44), rotl(a[12] ^ d2, 43), rotl(a[18] ^ d3, 21), rotl(a[24] ^ d4, 14));
    mix<1>(to, rotl(a[3] ^ d3, 28), rotl(a[9] ^ d4, 20), rotl(a[10] ^ d0, 3), rotl(a[16] ^ d1, 45),
           rotl(a[22] ^ d2, 61));
    mix<2>(to, rotl(a[1] ^ d1, 1), rotl(a[7] ^ d2, 6), rotl(a[13] ^ d3, 25), rotl(a[19] ^ d4, 8), rotl(a[20] ^ d0, 18));
    mix<3>(to, rotl(a[4] ^ d4, 27), rotl(a[5] ^ d0, 36), rotl(a[11] ^ d1, 10), rotl(a[17] ^ d2, 15),
           rotl(a[23] ^ d3, 56));
    mix<4>(to, rotl(a[2] ^ d2, 62), rotl(a[8] ^ d3, 55), rotl(a[14] ^ d4, 39), rotl(a[15] ^ d0, 41),
           rotl(a[21] ^ d1, 2));
    to[0] ^= constant;  // iota, 3.2.5
}

}  // namespace

void permute(KeccakState& state) {
    auto lanes = state;
    KeccakState other;
    for (std::size_t i = 0; i < round_constants.size(); i += 2) {
        round(lanes, other, round_constants[i]);
        round(other, lanes, round_constants[i + 1]);
    }
    state = lanes;
}

void TurboShake128::absorb_block() {
    for (std::size_t i = 0; i < rate / 8; ++i) state_[i] ^= load_word(&block_[8 * i]);
    permute(state_);
    at_ = 0;
}

void TurboShake128::absorb(ByteView piece) {
    assert(!squeezing_);
    while (!piece.empty()) {
        auto const taken = piece.first(std::min(rate - at_, piece.size()));
        std::ranges::copy(taken, block_.begin() + static_cast<std::ptrdiff_t>(at_));
        at_ += taken.size();
        piece = piece.subspan(taken.size());
        if (at_ == rate) absorb_block();
    }
}

// RFC 9861, 2.2: the domain's octet, zeros, and the block's last bit.
void TurboShake128::end_message() {
    std::fill(block_.begin() + static_cast<std::ptrdiff_t>(at_), block_.end(), std::uint8_t{0});
    block_[at_] = domain_;
    block_[rate - 1] ^= 0x80U;
    absorb_block();
    squeezing_ = true;
    squeeze_block();
}

void TurboShake128::squeeze_block() {
    for (std::size_t i = 0; i < rate / 8; ++i) store_word(&block_[8 * i], state_[i]);
    at_ = 0;
}

void TurboShake128::squeeze(std::span<std::uint8_t> output) {
    if (!squeezing_) end_message();
    while (!output.empty()) {
        if (at_ == rate) {
            permute(state_);
            squeeze_block();
        }
        auto const size = std::min(rate - at_, output.size());
        std::copy_n(block_.begin() + static_cast<std::ptrdiff_t>(at_), size, output.begin());
        at_ += size;
        output = output.subspan(size);
    }
}

}  // namespace kindgate::report
