// An answer that only one key can read: JWE in its compact form (RFC 7516, 7.1), ECDH-ES on P-256 used directly
// (RFC 7518, 4.6), AES-GCM.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/ecdh.h"

namespace kindgate::demo {

enum class Encryption : std::uint8_t { a128gcm, a256gcm };
std::string_view text(Encryption encryption);  // "A128GCM"
std::optional<Encryption> encryption(std::string_view text);

struct JweReceiver {
    Bytes point;         // 65 octets
    std::string key_id;  // "": none is named
    Encryption encryption = Encryption::a128gcm;
};

// A point that isn't one: invalid_input.
Result<std::string> encrypt_jwe(JweReceiver const& receiver, ByteView plain);

// RFC 7518, 4.6.2, of one block: `size` is 16 or 32.
crypto::Secret concat_kdf(crypto::Secret const& shared, std::string_view algorithm, std::string_view party_u,
                          std::string_view party_v, std::size_t size);

}  // namespace kindgate::demo
