#include "age/token_key.h"

#include <algorithm>
#include <array>

namespace kindgate::age {

namespace {

// RFC 4055, 3.1: SEQUENCE { SEQUENCE { id-RSASSA-PSS, SEQUENCE { [0] SHA-384, [1] MGF1 with SHA-384, [2] 48 } },
// BIT STRING with an RSAPublicKey }.
constexpr std::array<std::uint8_t, 72> head{
    0x30, 0x82, 0x01, 0x52, 0x30, 0x3d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, 0x30,
    0x30, 0xa0, 0x0d, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0xa1, 0x1a,
    0x30, 0x18, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, 0x30, 0x0b, 0x06, 0x09, 0x60,
    0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0xa2, 0x03, 0x02, 0x01, 0x30, 0x03, 0x82, 0x01, 0x0f, 0x00};
// RFC 8017, A.1.1: SEQUENCE { INTEGER of 257 octets, the first 0, INTEGER 65537 }.
constexpr std::array<std::uint8_t, 9> key_head{0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00};
constexpr std::array<std::uint8_t, 5> key_tail{0x02, 0x03, 0x01, 0x00, 0x01};

Bytes with_head(ByteView key) {
    // Made of its whole size: GCC 12, where it optimises, takes growing for a read past the end.
    Bytes der(head.size() + key.size());
    std::ranges::copy(key, std::ranges::copy(head, der.begin()).out);
    return der;
}

}  // namespace

Result<TokenKey> TokenKey::from_spki(ByteView der) {
    Error const wrong{ErrorCode::invalid_input,
                      "this is not a token key: it has to be a SubjectPublicKeyInfo of 342 octets with id-RSASSA-PSS, "
                      "SHA-384, MGF1 with SHA-384, a salt of 48 and 2,048 bits (RFC 9578, 6.5)"};
    if (der.size() != size || !std::ranges::equal(der.first(head.size()), head)) return wrong;
    auto const key = der.subspan(head.size());
    if (!std::ranges::equal(key.first(key_head.size()), key_head) ||
        !std::ranges::equal(key.last(key_tail.size()), key_tail))
        return wrong;
    auto rsa = crypto::RsaPublicKey::from_pkcs1(key);
    if (!rsa.ok()) return wrong;
    return TokenKey{std::move(rsa).value(), crypto::sha256(der)};
}

Result<TokenKey> TokenKey::from_pkcs1(ByteView der) {
    return from_spki(with_head(der));
}

Bytes TokenKey::spki() const {
    return with_head(key_.der());
}

}  // namespace kindgate::age
