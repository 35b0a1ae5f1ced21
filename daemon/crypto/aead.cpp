#include "crypto/aead.h"

#include <cstdlib>

#include "psa.h"

namespace kindgate::crypto {

namespace {

constexpr std::size_t tag_size = 16;

KeyUse use_of(Aead aead, psa_key_usage_t usage) {
    bool const aes = aead != Aead::chacha20_poly1305;
    return {aes ? psa_key_type_t{PSA_KEY_TYPE_AES} : psa_key_type_t{PSA_KEY_TYPE_CHACHA20}, usage,
            aes ? psa_algorithm_t{PSA_ALG_GCM} : psa_algorithm_t{PSA_ALG_CHACHA20_POLY1305}, key_size(aead) * 8};
}

}  // namespace

std::size_t key_size(Aead aead) {
    return aead == Aead::aes_128_gcm ? 16 : 32;
}

Bytes seal(Aead aead, ByteView key, AeadNonce const& nonce, ByteView aad, ByteView plain) {
    auto const use = use_of(aead, PSA_KEY_USAGE_ENCRYPT);
    KeyHandle const handle{key, use};
    Bytes sealed(plain.size() + tag_size);
    std::size_t length = 0;
    // Only a key of the wrong length, or no memory: never send what isn't sealed.
    if (!handle.valid() ||
        psa_aead_encrypt(handle.id(), use.algorithm, nonce.data(), nonce.size(), aad.data(), aad.size(), plain.data(),
                         plain.size(), sealed.data(), sealed.size(), &length) != PSA_SUCCESS)
        std::abort();
    return sealed;
}

Result<Bytes> open(Aead aead, ByteView key, AeadNonce const& nonce, ByteView aad, ByteView sealed) {
    auto const use = use_of(aead, PSA_KEY_USAGE_DECRYPT);
    Error const wrong{ErrorCode::invalid_input, "this was not sealed with this key, or it was changed"};
    if (sealed.size() < tag_size) return wrong;
    KeyHandle const handle{key, use};
    Bytes plain(sealed.size() - tag_size);
    std::size_t length = 0;
    if (!handle.valid() ||
        psa_aead_decrypt(handle.id(), use.algorithm, nonce.data(), nonce.size(), aad.data(), aad.size(), sealed.data(),
                         sealed.size(), plain.data(), plain.size(), &length) != PSA_SUCCESS)
        return wrong;
    return plain;
}

}  // namespace kindgate::crypto
