// Signatures: ECDSA on P-256 over SHA-256 (FIPS 186-4), made without chance (RFC 6979): the same key and bytes give the
// same signature. Not for several threads at once: Mbed TLS 2.28 keeps keys in one table without a lock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/sha2.h"

namespace kindgate::crypto {

using Signature = std::array<std::uint8_t, 64>;  // r and s, big-endian
// The first eight bytes of the SHA-256 of the public point: which key, not who.
using KeyId = std::array<std::uint8_t, 8>;

std::string text(KeyId const& id);  // 16 hex digits

class PublicKey {
public:
    // PEM as `openssl pkey -pubout` writes it ("BEGIN PUBLIC KEY").
    static Result<PublicKey> from_pem(std::string_view pem);
    // SEC 1, 2.3.3, uncompressed: 65 octets, a point of the curve.
    static Result<PublicKey> from_point(ByteView point);

    std::array<std::uint8_t, 65> const& point() const { return point_; }
    bool verify(Digest const& digest, Signature const& signature) const;
    KeyId id() const;
    bool operator==(PublicKey const&) const = default;

private:
    friend class PrivateKey;
    explicit PublicKey(std::array<std::uint8_t, 65> point) : point_(point) {}

    std::array<std::uint8_t, 65> point_;  // SEC 1, 2.3.3, uncompressed
};

class PrivateKey {
public:
    // PEM as `openssl ecparam -name prime256v1 -genkey -noout` ("BEGIN EC PRIVATE KEY") or `openssl genpkey` ("BEGIN
    // PRIVATE KEY") writes it, without a password.
    static Result<PrivateKey> from_pem(std::string_view pem);
    static PrivateKey at_random();

    Result<Signature> sign(Digest const& digest) const;
    Result<PublicKey> public_key() const;
    // "BEGIN PRIVATE KEY", as from_pem() takes it.
    Result<std::string> to_pem() const;

private:
    explicit PrivateKey(std::array<std::uint8_t, 32> scalar) : scalar_(scalar) {}

    std::array<std::uint8_t, 32> scalar_;
};

}  // namespace kindgate::crypto
