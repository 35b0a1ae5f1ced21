// HMAC-SHA-256 (RFC 2104) and HKDF over it (RFC 5869), whose halves Mbed TLS 2.28 lacks.
#pragma once

#include <initializer_list>

#include "crypto/secret.h"
#include "crypto/sha2.h"

namespace kindgate::crypto {

// Of the pieces, one after the other. Keys of any length.
Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> pieces);

// RFC 5869, 2.2. An empty salt stands for 32 zeros.
Secret hkdf_extract(ByteView salt, ByteView key_material);
// RFC 5869, 2.3. `size`: at most 8,160 octets (255 blocks).
Secret hkdf_expand(ByteView key, ByteView info, std::size_t size);

}  // namespace kindgate::crypto
