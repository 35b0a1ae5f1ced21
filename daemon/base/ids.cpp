#include "base/ids.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace kindgate {

namespace {

std::optional<std::uint8_t> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    return std::nullopt;
}

Error not_a_mac(std::string_view text) {
    return {ErrorCode::invalid_input,
            fmt::format("'{}' is not a hardware address: write six pairs like 02:00:5e:10:00:01", text)};
}

}  // namespace

Result<Mac> Mac::parse(std::string_view text) {
    if (text.size() != 17) return not_a_mac(text);
    char const separator = text[2];
    if (separator != ':' && separator != '-') return not_a_mac(text);
    std::array<std::uint8_t, 6> bytes{};
    for (std::size_t i = 0; i < 6; ++i) {
        auto const high = hex_digit(text[3 * i]);
        auto const low = hex_digit(text[3 * i + 1]);
        if (!high || !low || (i < 5 && text[3 * i + 2] != separator)) return not_a_mac(text);
        bytes[i] = static_cast<std::uint8_t>(*high << 4 | *low);
    }
    if ((bytes[0] & 0x01) != 0)
        return Error{
            ErrorCode::invalid_input,
            fmt::format("'{}' is a group address, which no device has of its own: the second digit is even", text)};
    if (std::ranges::all_of(bytes, [](auto byte) { return byte == 0; })) return not_a_mac(text);
    return Mac{bytes};
}

std::string Mac::text() const {
    return fmt::format("{:02x}", fmt::join(bytes_, ":"));
}

}  // namespace kindgate
