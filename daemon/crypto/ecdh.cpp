#include "crypto/ecdh.h"

#include <algorithm>
#include <cstdlib>

#include "psa.h"

namespace kindgate::crypto {

namespace {

constexpr std::size_t key_size = 32;

KeyUse use_of(Curve curve) {
    bool const p256 = curve == Curve::p256;
    auto const type =
        p256 ? PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1) : PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_MONTGOMERY);
    return {static_cast<psa_key_type_t>(type), PSA_KEY_USAGE_DERIVE, PSA_ALG_ECDH, p256 ? 256U : 255U};
}

}  // namespace

AgreementKey AgreementKey::at_random(Curve curve) {
    // A number of 256 bits is no scalar of P-256 once in four thousand millions.
    for (int i = 0; i < 8; ++i) {
        Secret key{key_size};
        fill_at_random(key.place());
        if (auto made = from_bytes(curve, key.view()); made.ok()) return std::move(made).value();
    }
    std::abort();
}

Result<AgreementKey> AgreementKey::from_bytes(Curve curve, ByteView key) {
    Error const wrong{ErrorCode::invalid_input, "no private key of 32 octets for this curve"};
    if (key.size() != key_size) return wrong;
    KeyHandle const handle{key, use_of(curve)};
    Bytes public_key(curve == Curve::p256 ? 65 : 32);
    std::size_t length = 0;
    if (!handle.valid() ||
        psa_export_public_key(handle.id(), public_key.data(), public_key.size(), &length) != PSA_SUCCESS)
        return wrong;
    return AgreementKey{curve, Secret{key}, std::move(public_key)};
}

Result<Secret> AgreementKey::agree(ByteView other) const {
    Error const wrong{ErrorCode::invalid_input, "no public key of this curve"};
    if (other.size() != public_key_.size()) return wrong;
    KeyHandle const handle{key_.view(), use_of(curve_)};
    Secret shared{key_size};
    std::size_t length = 0;
    if (!handle.valid() || psa_raw_key_agreement(PSA_ALG_ECDH, handle.id(), other.data(), other.size(),
                                                 shared.place().data(), shared.size(), &length) != PSA_SUCCESS)
        return wrong;
    if (curve_ == Curve::x25519 && equal_in_constant_time(shared.view(), Secret{key_size}.view())) return wrong;
    return shared;
}

}  // namespace kindgate::crypto
