// Octets that nobody shall find: wiped when they go, compared in a time that tells nothing of them.
#pragma once

#include <span>

#include "base/bytes.h"

namespace kindgate::crypto {

// Not left out by an optimising compiler.
void wipe(std::span<std::uint8_t> bytes);

// Takes as long whether the first octet differs or the last. Of other length: false.
bool equal_in_constant_time(ByteView one, ByteView other);

// From the system's generator. No random numbers: the program ends, since nothing could go on.
void fill_at_random(std::span<std::uint8_t> bytes);

class Secret {
public:
    Secret() = default;
    explicit Secret(std::size_t size) : bytes_(size) {}
    explicit Secret(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {}
    ~Secret() { wipe(bytes_); }
    Secret(Secret const&) = default;
    Secret(Secret&&) noexcept = default;
    Secret& operator=(Secret const& other) {
        if (this != &other) *this = Secret{other};
        return *this;
    }
    Secret& operator=(Secret&& other) noexcept {
        bytes_.swap(other.bytes_);
        return *this;
    }

    ByteView view() const { return bytes_; }
    std::span<std::uint8_t> place() { return bytes_; }
    std::size_t size() const { return bytes_.size(); }
    // Only to less.
    void shorten(std::size_t size) { bytes_.resize(size); }
    bool operator==(Secret const& other) const { return equal_in_constant_time(bytes_, other.bytes_); }

private:
    Bytes bytes_;
};

}  // namespace kindgate::crypto
