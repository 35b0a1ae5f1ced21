// A domain name as a value: wire form without pointers (RFC 1035, 3.1), at most 255 bytes. And how it is read from a
// message, with a budget that makes pointer bombs cheap.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "content/dns_types.h"

namespace kindgate::content::dns {

// NOLINTNEXTLINE(cppcoreguidelines-special-member-functions): a move is a copy, there is nothing to let go of
class Name {
public:
    static constexpr std::size_t max_size = 255;
    static constexpr std::size_t max_label = 63;

    Name() { bytes_[0] = std::byte{0}; }  // the root; the rest of the bytes is left as it was, and never read
    Name(Name const& other) : size_(other.size_) { std::memcpy(bytes_.data(), other.bytes_.data(), size_); }
    Name& operator=(Name const& other) {  // NOLINT(cert-oop54-cpp): memmove may copy onto itself
        size_ = other.size_;
        std::memmove(bytes_.data(), other.bytes_.data(), size_);
        return *this;
    }

    // "www.example.com", with or without a last dot; \. and \DDD as in zone files. Empty labels, long ones: nullopt.
    static std::optional<Name> from_text(std::string_view text);
    // As in zone files, without the last dot; "." for the root.
    std::string text() const;

    // Wire form with the root's byte at the end; borrowed from this object.
    Bytes bytes() const { return {bytes_.data(), size_}; }
    std::size_t size() const { return size_; }
    bool root() const { return size_ == 1; }

    // Upper case letters become lower case (RFC 4343, 3: ASCII only). Length bytes are below 'A' and stay.
    void fold();
    Name folded() const {
        Name copy = *this;
        copy.fold();
        return copy;
    }
    // Byte for byte: as 0x20 case wants it. For equality of names compare folded ones.
    bool operator==(Name const& other) const {
        return size_ == other.size_ && std::memcmp(bytes_.data(), other.bytes_.data(), size_) == 0;
    }
    // Gives each letter the case of the next bit of `bits` (draft-vixie-dnsext-dns0x20), which repeat after 64 letters.
    void set_case(std::uint64_t bits);

    // One more label at the end; false if the name would be too long. The label's bytes are copied.
    bool append(Bytes label);

private:
    friend class NameReader;
    std::array<std::byte, max_size> bytes_;
    std::uint8_t size_ = 1;
};

// Reads names of one message. Pointers go back only (RFC 1035, 4.1.4: "a prior occurrence"), each strictly before the
// part that it ends; at most 64 in a name; and at most `budget` labels and pointers are visited in the whole message,
// so 64 KiB of chained pointers cost no more than an honest message of that size.
class NameReader {
public:
    // An honest message of 64 KiB has about 5,000 records with names of a few labels.
    static constexpr std::uint32_t budget = 32768;

    explicit NameReader(Bytes message) : message_(message) {}

    // Reads the name at `at`; returns where it ends in the message, nullopt where it is malformed or the budget is
    // spent.
    std::optional<std::size_t> read(std::size_t at, Name& name);
    // The same without the name.
    std::optional<std::size_t> skip(std::size_t at);

private:
    template <typename Label>
    std::optional<std::size_t> walk(std::size_t at, Label&& label);

    Bytes message_;
    std::uint32_t spent_ = 0;
};

}  // namespace kindgate::content::dns
