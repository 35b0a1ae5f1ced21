#include "crypto/ecdsa.h"

#include <mbedtls/pem.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "crypto/secret.h"
#include "psa.h"

namespace kindgate::crypto {

namespace {

// What stands between "-----BEGIN kind-----" and its end (RFC 7468, 2); empty where there is none.
Bytes pem_content(std::string_view pem, std::string_view kind) {
    auto const begin = fmt::format("-----BEGIN {}-----", kind);
    auto const start = pem.find(begin);
    if (start == std::string_view::npos) return {};
    auto const rest = pem.substr(start + begin.size());
    auto const end = rest.find(fmt::format("-----END {}-----", kind));
    return end == std::string_view::npos ? Bytes{} : from_base64(rest.substr(0, end)).value_or(Bytes{});
}

// DER with a P-256 key in it has one form each; what differs is no such key.
// RFC 5480, 2: SubjectPublicKeyInfo { id-ecPublicKey, prime256v1 }, BIT STRING, uncompressed point.
constexpr std::array<std::uint8_t, 26> public_head{0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                                   0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                                   0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
// RFC 5958, 2: PrivateKeyInfo { 0, id-ecPublicKey, prime256v1 }, OCTET STRING with an ECPrivateKey.
constexpr std::array<std::uint8_t, 36> pkcs8_head{
    0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
    0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x6d, 0x30, 0x6b, 0x02, 0x01, 0x01, 0x04, 0x20};
// Behind the scalar: [1], BIT STRING, uncompressed point.
constexpr std::array<std::uint8_t, 5> pkcs8_point{0xa1, 0x44, 0x03, 0x42, 0x00};
// RFC 5915, 3: ECPrivateKey { 1, OCTET STRING (32), [0] prime256v1, … }; the curve stands behind the key.
constexpr std::array<std::uint8_t, 7> sec1_head{0x30, 0x77, 0x02, 0x01, 0x01, 0x04, 0x20};
constexpr std::array<std::uint8_t, 12> sec1_curve{0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86,
                                                  0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};

template <std::size_t Size>
std::optional<std::array<std::uint8_t, Size>> behind(Bytes const& der, auto const& head) {
    if (der.size() < head.size() + Size || !std::ranges::equal(head, std::span{der}.first(head.size())))
        return std::nullopt;
    std::array<std::uint8_t, Size> found{};
    std::copy_n(der.begin() + static_cast<std::ptrdiff_t>(head.size()), Size, found.begin());
    return found;
}

constexpr psa_key_type_t public_type = PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1);
constexpr psa_key_type_t pair_type = PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1);
constexpr psa_algorithm_t verifying = PSA_ALG_ECDSA(PSA_ALG_SHA_256);
constexpr psa_algorithm_t signing = PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256);

}  // namespace

std::string text(KeyId const& id) {
    return hex(id);
}

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
    auto const point = behind<65>(pem_content(pem, "PUBLIC KEY"), public_head);
    if (!point || !KeyHandle{*point, {public_type, PSA_KEY_USAGE_VERIFY_HASH, verifying, 256}}.valid())
        return Error{ErrorCode::invalid_input,
                     "no public key on P-256 in PEM: write one with openssl pkey -in KEY -pubout"};
    return PublicKey{*point};
}

Result<PublicKey> PublicKey::from_point(ByteView point) {
    std::array<std::uint8_t, 65> whole{};
    if (point.size() != whole.size() ||
        !KeyHandle{point, {public_type, PSA_KEY_USAGE_VERIFY_HASH, verifying, 256}}.valid())
        return Error{ErrorCode::invalid_input, "no point of P-256 in its uncompressed form"};
    std::ranges::copy(point, whole.begin());
    return PublicKey{whole};
}

bool PublicKey::verify(Digest const& digest, Signature const& signature) const {
    KeyHandle const key{point_, {public_type, PSA_KEY_USAGE_VERIFY_HASH, verifying, 256}};
    return key.valid() && psa_verify_hash(key.id(), verifying, digest.data(), digest.size(), signature.data(),
                                          signature.size()) == PSA_SUCCESS;
}

KeyId PublicKey::id() const {
    KeyId id{};
    auto const digest = sha256(std::as_bytes(std::span{point_}));
    std::copy_n(digest.begin(), id.size(), id.begin());
    return id;
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
    auto scalar = behind<32>(pem_content(pem, "PRIVATE KEY"), pkcs8_head);
    if (auto const der = pem_content(pem, "EC PRIVATE KEY"); !scalar && !der.empty()) {
        auto const curve = std::ranges::search(der, sec1_curve);
        if (!curve.empty()) scalar = behind<32>(der, sec1_head);
    }
    if (!scalar || !KeyHandle{*scalar, {pair_type, PSA_KEY_USAGE_SIGN_HASH, signing, 256}}.valid())
        return Error{
            ErrorCode::invalid_input,
            "no private key on P-256 in PEM without a password: make one with openssl ecparam -name prime256v1 "
            "-genkey -noout"};
    return PrivateKey{*scalar};
}

PrivateKey PrivateKey::at_random() {
    // A number of 256 bits is no scalar of P-256 once in four thousand millions.
    for (int i = 0; i < 8; ++i) {
        std::array<std::uint8_t, 32> scalar{};
        fill_at_random(scalar);
        if (KeyHandle{scalar, {pair_type, PSA_KEY_USAGE_SIGN_HASH, signing, 256}}.valid()) return PrivateKey{scalar};
    }
    std::abort();
}

Result<Signature> PrivateKey::sign(Digest const& digest) const {
    KeyHandle const key{scalar_, {pair_type, PSA_KEY_USAGE_SIGN_HASH, signing, 256}};
    Signature signature{};
    std::size_t length = 0;
    if (!key.valid() || psa_sign_hash(key.id(), signing, digest.data(), digest.size(), signature.data(),
                                      signature.size(), &length) != PSA_SUCCESS)
        return Error{ErrorCode::system, "the crypto library couldn't sign"};
    return signature;
}

Result<PublicKey> PrivateKey::public_key() const {
    KeyHandle const key{scalar_, {pair_type, PSA_KEY_USAGE_SIGN_HASH, signing, 256}};
    std::array<std::uint8_t, 65> point{};
    std::size_t length = 0;
    if (!key.valid() || psa_export_public_key(key.id(), point.data(), point.size(), &length) != PSA_SUCCESS)
        return Error{ErrorCode::system, "the crypto library couldn't tell the public key"};
    return PublicKey{point};
}

Result<std::string> PrivateKey::to_pem() const {
    auto const point = KG_TRY(public_key()).point();
    Bytes der{pkcs8_head.begin(), pkcs8_head.end()};
    der.reserve(256);  // so that no copy of the scalar is left behind
    der.insert(der.end(), scalar_.begin(), scalar_.end());
    der.insert(der.end(), pkcs8_point.begin(), pkcs8_point.end());
    der.insert(der.end(), point.begin(), point.end());
    std::array<unsigned char, 512> text{};
    std::size_t size = 0;  // with the zero at its end
    int const failed = mbedtls_pem_write_buffer("-----BEGIN PRIVATE KEY-----\n", "-----END PRIVATE KEY-----\n",
                                                der.data(), der.size(), text.data(), text.size(), &size);
    std::string pem{reinterpret_cast<char const*>(text.data()), failed != 0 ? 0 : size - 1};
    wipe(der);
    wipe(text);
    if (failed != 0) return Error{ErrorCode::system, "the crypto library couldn't write the key"};
    return pem;
}

}  // namespace kindgate::crypto
