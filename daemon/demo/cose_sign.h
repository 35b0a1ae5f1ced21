// A COSE_Sign1 (RFC 9052, 4.2) with ES256, made.
#pragma once

#include "age/cbor_writer.h"
#include "base/result.h"
#include "crypto/ecdsa.h"

namespace kindgate::demo {

enum class Payload : std::uint8_t { inside, elsewhere };

// `unprotected`: a CBOR map.
Result<Bytes> cose_sign1(crypto::PrivateKey const& key, ByteView unprotected, ByteView payload, Payload where);

}  // namespace kindgate::demo
