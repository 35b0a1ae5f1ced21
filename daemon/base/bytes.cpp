#include "base/bytes.h"

#include <algorithm>

namespace kindgate {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// -1: none of its digits.
int digit_of(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

// Gathers six bits a digit into octets.
class Gathering {
public:
    explicit Gathering(std::size_t digits) { bytes_.reserve(digits * 3 / 4); }

    void add(int digit) {
        bits_ = bits_ << 6 | static_cast<std::uint32_t>(digit);
        count_ += 6;
        if (count_ < 8) return;
        count_ -= 8;
        bytes_.push_back(static_cast<std::uint8_t>(bits_ >> count_ & 0xff));
    }
    // What is left when the last octet is whole: no digit too many, and no bit set.
    bool ends_well() const { return count_ < 6 && (bits_ & ((1U << count_) - 1)) == 0; }
    Bytes take() && { return std::move(bytes_); }

private:
    Bytes bytes_;
    std::uint32_t bits_ = 0;
    unsigned count_ = 0;
};

}  // namespace

std::optional<Bytes> from_base64(std::string_view text) {
    Gathering gathering{text.size()};
    for (char const c : text) {
        if (c == '\n' || c == '\r' || c == ' ' || c == '=') continue;
        auto const digit = c == '+' ? 62 : c == '/' ? 63 : c == '-' || c == '_' ? -1 : digit_of(c);
        if (digit < 0) return std::nullopt;
        gathering.add(digit);
    }
    return std::move(gathering).take();
}

std::string base64url(ByteView bytes) {
    auto text = base64url_unpadded(bytes);
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

std::string base64url_unpadded(ByteView bytes) {
    std::string text;
    text.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (auto const byte : bytes) {
        bits = bits << 8 | byte;
        for (count += 8; count >= 6;) {
            count -= 6;
            text += alphabet[bits >> count & 63];
        }
    }
    if (count != 0) text += alphabet[bits << (6 - count) & 63];
    return text;
}

std::optional<Bytes> from_base64url(std::string_view text) {
    auto const digits = text.substr(0, text.find_last_not_of('=') + 1);
    if (digits.size() != text.size() && (text.size() % 4 != 0 || text.size() - digits.size() > 2)) return std::nullopt;
    Gathering gathering{digits.size()};
    for (char const c : digits) {
        auto const digit = digit_of(c);
        if (digit < 0) return std::nullopt;
        gathering.add(digit);
    }
    if (!gathering.ends_well()) return std::nullopt;
    return std::move(gathering).take();
}

std::string hex(ByteView bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (auto const byte : bytes) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
    auto const digit = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    };
    if (text.size() % 2 != 0) return std::nullopt;
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        auto const high = digit(text[i]);
        auto const low = digit(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
    }
    return bytes;
}

}  // namespace kindgate
