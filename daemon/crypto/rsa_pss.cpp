#include "crypto/rsa_pss.h"

#include "psa.h"

namespace kindgate::crypto {

namespace {

constexpr std::size_t modulus_bits = 2048;
// The salt is as long as the hash. PSA_ALG_RSA_PSS_ANY_SALT would take any.
constexpr psa_algorithm_t algorithm = PSA_ALG_RSA_PSS(PSA_ALG_SHA_384);
constexpr KeyUse verifying{PSA_KEY_TYPE_RSA_PUBLIC_KEY, PSA_KEY_USAGE_VERIFY_MESSAGE, algorithm, modulus_bits};

}  // namespace

Result<RsaPublicKey> RsaPublicKey::from_pkcs1(ByteView der) {
    if (!KeyHandle{der, verifying}.valid()) return Error{ErrorCode::invalid_input, "no RSA key of 2,048 bits"};
    return RsaPublicKey{der};
}

bool RsaPublicKey::verify_pss_sha384(ByteView message, ByteView signature) const {
    KeyHandle const key{der_, verifying};
    return key.valid() && psa_verify_message(key.id(), algorithm, message.data(), message.size(), signature.data(),
                                             signature.size()) == PSA_SUCCESS;
}

}  // namespace kindgate::crypto
