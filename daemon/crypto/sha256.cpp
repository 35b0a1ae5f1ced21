#include "crypto/sha256.h"

#include <cstdlib>

#include "psa.h"

namespace kindgate::crypto {

Digest sha256(std::span<std::byte const> bytes) {
    Digest digest{};
    std::size_t length = 0;
    // Fails only where the library was built without SHA-256 or without random numbers: nothing could go on.
    if (!psa_ready() || psa_hash_compute(PSA_ALG_SHA_256, reinterpret_cast<std::uint8_t const*>(bytes.data()),
                                         bytes.size(), digest.data(), digest.size(), &length) != PSA_SUCCESS)
        std::abort();
    return digest;
}

Digest sha256(std::string_view text) {
    return sha256(std::as_bytes(std::span{text}));
}

}  // namespace kindgate::crypto
