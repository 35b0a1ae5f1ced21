#include "crypto/hmac.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>

#include "psa.h"

namespace kindgate::crypto {

namespace {

// RFC 2104, 2: the block of SHA-256.
constexpr std::size_t block = 64;

}  // namespace

Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> pieces) {
    // As long as a block: the same HMAC, and PSA takes no empty key.
    std::array<std::uint8_t, block> padded{};
    if (key.size() > block)
        std::ranges::copy(sha256(key), padded.begin());
    else
        std::ranges::copy(key, padded.begin());
    constexpr auto algorithm = PSA_ALG_HMAC(PSA_ALG_SHA_256);
    KeyHandle const handle{padded, {PSA_KEY_TYPE_HMAC, PSA_KEY_USAGE_SIGN_MESSAGE, algorithm, block * 8}};
    wipe(padded);
    psa_mac_operation_t operation = PSA_MAC_OPERATION_INIT;
    bool good = handle.valid() && psa_mac_sign_setup(&operation, handle.id(), algorithm) == PSA_SUCCESS;
    for (auto const piece : pieces)
        good = good && psa_mac_update(&operation, piece.data(), piece.size()) == PSA_SUCCESS;
    Digest digest{};
    std::size_t length = 0;
    good = good && psa_mac_sign_finish(&operation, digest.data(), digest.size(), &length) == PSA_SUCCESS;
    // Only where the library has no memory: an HMAC that isn't one would be worse.
    if (!good) std::abort();
    return digest;
}

Secret hkdf_extract(ByteView salt, ByteView key_material) {
    return Secret{hmac_sha256(salt, {key_material})};
}

Secret hkdf_expand(ByteView key, ByteView info, std::size_t size) {
    constexpr std::size_t digest_size = std::tuple_size_v<Digest>;
    assert(size <= 255 * digest_size);
    Secret expanded{size};
    Digest last{};
    std::size_t filled = 0;
    for (std::uint8_t count = 1; filled < size; ++count) {
        last = hmac_sha256(key, {filled == 0 ? ByteView{} : ByteView{last}, info, ByteView{&count, 1}});
        auto const part = std::min(digest_size, size - filled);
        std::copy_n(last.begin(), part, expanded.place().begin() + static_cast<std::ptrdiff_t>(filled));
        filled += part;
    }
    wipe(last);
    return expanded;
}

}  // namespace kindgate::crypto
