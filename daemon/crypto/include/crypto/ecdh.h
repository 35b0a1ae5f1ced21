// Diffie-Hellman on P-256 (SEC 1, 3.3.1) and X25519 (RFC 7748). Not for several threads at once, as ecdsa.h.
#pragma once

#include "base/result.h"
#include "crypto/secret.h"

namespace kindgate::crypto {

enum class Curve : std::uint8_t { p256, x25519 };

class AgreementKey {
public:
    static AgreementKey at_random(Curve curve);
    // 32 octets: the scalar, big-endian, 1 to the order of P-256 less 1; as RFC 7748, 5, has it of X25519.
    static Result<AgreementKey> from_bytes(Curve curve, ByteView key);

    Curve curve() const { return curve_; }
    ByteView key() const { return key_.view(); }
    // P-256: SEC 1, 2.3.3, uncompressed, 65 octets; X25519: 32.
    Bytes const& public_key() const { return public_key_; }

    // The shared secret, 32 octets (P-256: x). `other` of another form, no point of P-256, or an X25519 secret of
    // zeros (RFC 7748, 6.1): invalid_input.
    Result<Secret> agree(ByteView other) const;

private:
    AgreementKey(Curve curve, Secret key, Bytes public_key)
        : curve_(curve), key_(std::move(key)), public_key_(std::move(public_key)) {}

    Curve curve_;
    Secret key_;
    Bytes public_key_;
};

}  // namespace kindgate::crypto
