// Hybrid public key encryption, base mode (RFC 9180): whoever knows a public key seals for whoever has the private one.
// KEM: DHKEM(P-256) 0x0010, DHKEM(X25519) 0x0020, both with HKDF-SHA256 0x0001; AEAD: AES-128-GCM 0x0001, AES-256-GCM
// 0x0002, ChaCha20-Poly1305 0x0003.
#pragma once

#include "crypto/aead.h"
#include "crypto/ecdh.h"

namespace kindgate::crypto::hpke {

struct Suite {
    Curve kem = Curve::p256;
    Aead aead = Aead::aes_128_gcm;
};

// RFC 9180, 7.1.3. `material`: at least as much chance as a private key has.
Result<AgreementKey> derive_key(Curve curve, ByteView material);

// What both sides have after the set-up (RFC 9180, 5.1): keys for messages one after the other.
class Context {
public:
    Bytes seal(ByteView aad, ByteView plain);
    // Fails: the same message is expected next.
    Result<Bytes> open(ByteView aad, ByteView sealed);
    // RFC 9180, 5.3; `size` as hkdf_expand() has it.
    Secret exported(ByteView context, std::size_t size) const;

private:
    friend Result<struct Sender> set_up_sender(Suite, ByteView, ByteView, AgreementKey const&);
    friend Result<Context> set_up_receiver(Suite, ByteView, AgreementKey const&, ByteView);

    Context(Suite suite, ByteView shared_secret, ByteView info);
    AeadNonce next_nonce() const;

    Suite suite_;
    Secret key_;
    Secret base_nonce_;
    Secret exporter_;
    std::uint64_t sequence_ = 0;
};

struct Sender {
    Bytes encapsulated;  // for the receiver, with the messages
    Context context;
};

// `receiver`: its public key as AgreementKey::public_key() has it; what isn't one: invalid_input. `ephemeral` is for
// this set-up alone and of the suite's curve.
Result<Sender> set_up_sender(Suite suite, ByteView receiver, ByteView info, AgreementKey const& ephemeral);
inline Result<Sender> set_up_sender(Suite suite, ByteView receiver, ByteView info) {
    return set_up_sender(suite, receiver, info, AgreementKey::at_random(suite.kem));
}
Result<Context> set_up_receiver(Suite suite, ByteView encapsulated, AgreementKey const& receiver, ByteView info);

}  // namespace kindgate::crypto::hpke
