// SHA-256 and SHA-384, FIPS 180-4.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/bytes.h"

namespace kindgate::crypto {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::span<std::byte const> bytes);
Digest sha256(std::string_view text);
Digest sha256(ByteView bytes);

using Digest384 = std::array<std::uint8_t, 48>;
Digest384 sha384(ByteView bytes);

// Of what comes in pieces.
class Sha256 {
public:
    Sha256();
    void add(std::string_view piece);
    Digest finish() &&;

private:
    struct Operation;
    struct Abort {
        void operator()(Operation* operation) const;
    };
    std::unique_ptr<Operation, Abort> operation_;
};

}  // namespace kindgate::crypto
