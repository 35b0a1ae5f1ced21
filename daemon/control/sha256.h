// SHA-256 (FIPS 180-4), for the names of policy revisions. Nothing secret depends on it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace kindgate::control {

std::array<std::uint8_t, 32> sha256(std::string_view bytes);

// The first 16 hex digits: a policy revision's name.
std::string revision_of(std::string_view text);

}  // namespace kindgate::control
