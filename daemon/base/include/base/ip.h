// IPv4 and IPv6 addresses and prefixes as values.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kindgate {

class IpAddress {
public:
    enum class Family : std::uint8_t { v4 = 4, v6 = 6 };

    constexpr IpAddress() = default;
    constexpr explicit IpAddress(std::array<std::uint8_t, 4> bytes) : family_(Family::v4) {
        for (std::size_t i = 0; i < 4; ++i) bytes_[i] = bytes[i];
    }
    constexpr explicit IpAddress(std::array<std::uint8_t, 16> bytes) : family_(Family::v6), bytes_(bytes) {}

    // Dotted quad, or RFC 4291, 2.2. No zone index.
    static Result<IpAddress> parse(std::string_view text);

    Family family() const { return family_; }
    // 4 or 16 bytes, network order; borrowed from this object.
    std::span<std::uint8_t const> bytes() const { return std::span{bytes_}.first(family_ == Family::v4 ? 4 : 16); }
    std::string text() const;  // IPv6 as in RFC 5952
    auto operator<=>(IpAddress const&) const = default;

private:
    Family family_ = Family::v4;
    std::array<std::uint8_t, 16> bytes_{};  // v4: the first four; the rest zero
};

class IpPrefix {
public:
    // "10.7.0.0/16". Refuses host bits and says which prefix was probably meant. An address alone is a /32 or /128.
    static Result<IpPrefix> parse(std::string_view text);

    bool contains(IpAddress const& address) const;
    std::uint8_t length() const { return length_; }
    IpAddress const& address() const { return address_; }
    std::string text() const;
    auto operator<=>(IpPrefix const&) const = default;

private:
    IpPrefix(IpAddress address, std::uint8_t length) : address_(address), length_(length) {}

    IpAddress address_;
    std::uint8_t length_ = 0;  // bits
};

}  // namespace kindgate
