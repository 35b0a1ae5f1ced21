// An issuer's public key for tokens of type 0x0002 (RFC 9578, 6.5).
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/rsa_pss.h"
#include "crypto/sha2.h"

namespace kindgate::age {

class TokenKey {
public:
    // Its DER has one form: SubjectPublicKeyInfo with id-RSASSA-PSS and all its parameters (SHA-384, MGF1 with SHA-384,
    // salt 48), 2,048 bits: 342 octets. Anything else, rsaEncryption too: invalid_input.
    static constexpr std::size_t size = 342;
    static Result<TokenKey> from_spki(ByteView der);
    // RFC 8017, A.1.1, RSAPublicKey: the part of it that differs.
    static Result<TokenKey> from_pkcs1(ByteView der);

    Bytes spki() const;
    ByteView pkcs1() const { return key_.der(); }
    crypto::Digest const& id() const { return id_; }  // SHA-256 of the SPKI
    bool verify(ByteView message, ByteView signature) const { return key_.verify_pss_sha384(message, signature); }
    bool operator==(TokenKey const&) const = default;

private:
    TokenKey(crypto::RsaPublicKey key, crypto::Digest const& id) : key_(std::move(key)), id_(id) {}

    crypto::RsaPublicKey key_;
    crypto::Digest id_;
};

}  // namespace kindgate::age
