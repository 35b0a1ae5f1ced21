// JSON Web Encryption in its compact form (RFC 7516, 3.1), as wallets answer: ECDH-ES on P-256 without key wrapping
// (RFC 7518, 4.6), A128GCM or A256GCM.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/ecdh.h"

namespace kindgate::age {

Result<std::string> open_jwe(std::string_view compact, crypto::AgreementKey const& key);

}  // namespace kindgate::age
