// RSASSA-PSS signatures (RFC 8017, 8.1) over SHA-384, mask generation by MGF1 with SHA-384, salts of exactly 48 octets.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace kindgate::crypto {

class RsaPublicKey {
public:
    // RFC 8017, A.1.1, RSAPublicKey in DER, a modulus of 2,048 bits. Anything else: invalid_input.
    static Result<RsaPublicKey> from_pkcs1(ByteView der);

    // A salt of another length is refused, too.
    bool verify_pss_sha384(ByteView message, ByteView signature) const;
    ByteView der() const { return der_; }
    bool operator==(RsaPublicKey const&) const = default;

private:
    explicit RsaPublicKey(ByteView der) : der_(der.begin(), der.end()) {}

    Bytes der_;
};

}  // namespace kindgate::crypto
