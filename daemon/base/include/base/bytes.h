// Octets of messages, keys and files of others, and how they are written as text.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kindgate {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<std::uint8_t const>;

inline ByteView bytes_of(std::string_view text) {
    return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}
inline std::string_view text_of(ByteView bytes) {
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

// RFC 4648, 4. Line ends, blanks and padding are skipped; other signs: none.
std::optional<Bytes> from_base64(std::string_view text);

// RFC 4648, 5: A-Z, a-z, 0-9, - and _. With padding, as RFC 9577 wants it, or without, as JOSE does (RFC 7515, 2).
std::string base64url(ByteView bytes);
std::string base64url_unpadded(ByteView bytes);
// Padding may be left out, not be wrong. Other signs, a length that can't be, bits behind the last octet: none.
std::optional<Bytes> from_base64url(std::string_view text);

std::string hex(ByteView bytes);  // lower case
// Two digits an octet, nothing else.
std::optional<Bytes> from_hex(std::string_view text);

}  // namespace kindgate
