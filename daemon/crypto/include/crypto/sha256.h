// SHA-256, FIPS 180-4.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace kindgate::crypto {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::span<std::byte const> bytes);
Digest sha256(std::string_view text);

}  // namespace kindgate::crypto
