// Authenticated encryption: AES-GCM (NIST SP 800-38D) and ChaCha20-Poly1305 (RFC 8439), tags of 16 octets, nonces
// of 12.
#pragma once

#include <array>

#include "base/result.h"
#include "crypto/secret.h"

namespace kindgate::crypto {

enum class Aead : std::uint8_t { aes_128_gcm, aes_256_gcm, chacha20_poly1305 };
using AeadNonce = std::array<std::uint8_t, 12>;

std::size_t key_size(Aead aead);  // octets

// The tag stands behind what is sealed. `key` has key_size(aead) octets, and no nonce is used twice with one key.
Bytes seal(Aead aead, ByteView key, AeadNonce const& nonce, ByteView aad, ByteView plain);
// Changed, cut or sealed with another key, nonce or aad: invalid_input.
Result<Bytes> open(Aead aead, ByteView key, AeadNonce const& nonce, ByteView aad, ByteView sealed);

}  // namespace kindgate::crypto
