// ByteReader and ByteWriter: bounds-checked, big-endian; failure sticks, and ok() is asked once before what was read or
// written is believed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "content/dns_types.h"

namespace kindgate::content::dns {

class ByteReader {
public:
    // Borrows the bytes. Starts at `at`, which may lie behind the end: then it has failed.
    explicit ByteReader(Bytes bytes, std::size_t at = 0) : bytes_(bytes), at_(at), ok_(at <= bytes.size()) {}

    bool ok() const { return ok_; }
    void fail() { ok_ = false; }
    std::size_t at() const { return at_; }
    std::size_t left() const { return ok_ ? bytes_.size() - at_ : 0; }

    std::uint8_t u8() { return static_cast<std::uint8_t>(number<1>()); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number<2>()); }
    std::uint32_t u32() { return number<4>(); }
    // The next bytes, borrowed; none after a failure.
    Bytes take(std::size_t size) {
        if (left() < size) {
            ok_ = false;
            return {};
        }
        at_ += size;
        return bytes_.subspan(at_ - size, size);
    }

private:
    template <std::size_t size>
    std::uint32_t number() {
        std::uint32_t value = 0;
        for (auto const byte : take(size)) value = value << 8 | std::to_integer<std::uint32_t>(byte);
        return value;
    }

    Bytes bytes_;
    std::size_t at_;
    bool ok_;
};

class ByteWriter {
public:
    // Borrows the place to write to.
    explicit ByteWriter(std::span<std::byte> place) : place_(place) {}

    bool ok() const { return ok_; }
    std::size_t size() const { return size_; }
    std::size_t room() const { return place_.size() - size_; }
    // Back to an earlier size(); what was written behind it is forgotten, as is a failure.
    void cut(std::size_t size) {
        size_ = size;
        ok_ = true;
    }

    void u8(std::uint8_t value) { number<1>(value); }
    void u16(std::uint16_t value) { number<2>(value); }
    void u32(std::uint32_t value) { number<4>(value); }
    void bytes(Bytes bytes) {
        if (auto const place = take(bytes.size()); !place.empty())
            std::memcpy(place.data(), bytes.data(), bytes.size());
    }
    // Writes over what stands at `at`, inside of what was written.
    void u16_at(std::size_t at, std::uint16_t value) {
        place_[at] = static_cast<std::byte>(value >> 8);
        place_[at + 1] = static_cast<std::byte>(value);
    }

private:
    std::span<std::byte> take(std::size_t size) {
        if (!ok_ || room() < size) {
            ok_ = false;
            return {};
        }
        size_ += size;
        return place_.subspan(size_ - size, size);
    }
    template <std::size_t size>
    void number(std::uint32_t value) {
        auto const place = take(size);
        if (place.empty()) return;
        for (std::size_t i = 0; i < size; ++i) place[i] = static_cast<std::byte>(value >> (8 * (size - 1 - i)));
    }

    std::span<std::byte> place_;
    std::size_t size_ = 0;
    bool ok_ = true;
};

}  // namespace kindgate::content::dns
