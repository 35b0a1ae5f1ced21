// The small values that every part speaks of: a device's hardware address and its slot.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kindgate {

// A device's number in the kernel: bits 0-13 of the connection mark (docs/kernel-contract.md).
// 1 to 16,383; 0 means "nobody". Stable for a placed device's life.
class Slot {
public:
    static constexpr std::uint16_t max = 0x3fff;

    constexpr Slot() = default;
    constexpr explicit Slot(std::uint16_t number) : number_(number) {}

    constexpr std::uint16_t number() const { return number_; }
    constexpr bool valid() const { return number_ >= 1 && number_ <= max; }
    auto operator<=>(Slot const&) const = default;

private:
    std::uint16_t number_ = 0;
};

// An Ethernet address (IEEE 802-2014, 8.1).
class Mac {
public:
    constexpr Mac() = default;
    constexpr explicit Mac(std::array<std::uint8_t, 6> bytes) : bytes_(bytes) {}

    // "02:00:5e:10:00:01"; also with '-' or in upper case. Refuses group addresses and the all-zero address:
    // no device sends from one.
    static Result<Mac> parse(std::string_view text);

    // Always lower case with ':'.
    std::string text() const;
    constexpr std::array<std::uint8_t, 6> const& bytes() const { return bytes_; }
    // The device chose it itself (phones do, for privacy): IEEE 802-2014, 8.2.2, U/L bit.
    constexpr bool locally_administered() const { return (bytes_[0] & 0x02) != 0; }
    auto operator<=>(Mac const&) const = default;

private:
    std::array<std::uint8_t, 6> bytes_{};
};

}  // namespace kindgate

template <>
struct std::hash<kindgate::Mac> {
    std::size_t operator()(kindgate::Mac const& mac) const noexcept {
        std::uint64_t all = 0;
        for (auto byte : mac.bytes()) all = all << 8 | byte;
        return std::hash<std::uint64_t>{}(all);
    }
};
