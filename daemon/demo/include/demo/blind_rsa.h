// Blind RSA signatures (RFC 9474), RSABSSA-SHA384-PSS-Deterministic: whoever wants a signature hides the message from
// the signer, and nobody can tell later which signing it came from. "Deterministic" says that the message is signed as
// it is (PrepareIdentity). An empty salt makes it the -PSSZERO- variant; a message with 32 random octets before it the
// -Randomized one.
#pragma once

#include <string>
#include <string_view>

#include "age/token_key.h"
#include "base/bytes.h"
#include "base/result.h"

namespace kindgate::demo {

// What makes each blinding another.
struct Chance {
    Bytes salt;    // of the PSS encoding: 48 octets, or none
    Bytes factor;  // as long as the modulus, big-endian, less than it and without a common divisor
};

// What goes to the signer, and what its answer is finished with.
struct Blinded {
    Bytes message;
    Bytes inverse;  // of the factor: secret
    std::size_t salt_size = 0;
};

// The client's side.
class BlindKey {
public:
    // RFC 8017, A.1.1, RSAPublicKey in DER: 2,048, 3,072 or 4,096 bits. Anything else: invalid_input.
    static Result<BlindKey> from_pkcs1(ByteView der);
    static Result<BlindKey> of(age::TokenKey const& key);

    Chance chance() const;  // at random, with a salt of 48
    // RFC 9474, 4.2. A factor that isn't one: invalid_input.
    Result<Blinded> blind(ByteView message, Chance const& chance) const;
    // RFC 9474, 4.4: the signature. What the signer answered makes none: invalid_input.
    Result<Bytes> finish(ByteView message, Blinded const& blinded, ByteView blind_signature) const;
    // RSASSA-PSS over SHA-384 with a salt of exactly this size.
    bool verify(ByteView message, ByteView signature, std::size_t salt_size) const;

private:
    BlindKey(ByteView der, std::size_t size) : der_(der.begin(), der.end()), size_(size) {}

    Bytes der_;
    std::size_t size_;  // of the modulus, octets
};

// The signer's side. Once a key signs blindly it must be of no other use: it signs whatever it is given.
class BlindSigner {
public:
    static Result<BlindSigner> generate();  // 2,048 bits; takes a second
    // PEM, "BEGIN PRIVATE KEY" (PKCS#8) or "BEGIN RSA PRIVATE KEY": sizes as BlindKey has it.
    static Result<BlindSigner> from_pem(std::string_view pem);

    std::string const& pem() const { return pem_; }
    Bytes const& pkcs1() const { return public_der_; }  // RSAPublicKey
    // The key that a verifier of tokens has; of other sizes than 2,048 bits: invalid_input.
    Result<age::TokenKey> token_key() const;
    // RFC 9474, 4.3. Not of the modulus' length, or not less than it: invalid_input.
    Result<Bytes> sign(ByteView blinded) const;

private:
    BlindSigner(std::string pem, Bytes public_der) : pem_(std::move(pem)), public_der_(std::move(public_der)) {}

    std::string pem_;
    Bytes public_der_;
};

}  // namespace kindgate::demo
