// Certificates of an authority and of the signer that it vouches for (RFC 5280; ISO/IEC 18013-5, annex B).
#pragma once

#include <string>
#include <string_view>

#include "demo/attestation.h"

namespace kindgate::demo {

struct Certificates {
    std::string authority;  // PEM
    std::string signer;
};

// Both with the keys that are given.
Result<Certificates> make_certificates(MdocIssuer::Wanted const& wanted, crypto::PrivateKey const& authority,
                                       crypto::PrivateKey const& signer);

// DER of the one certificate in this PEM, which is of this key. Else: invalid_input.
Result<Bytes> certificate_of(std::string_view pem, crypto::PrivateKey const& key);

}  // namespace kindgate::demo
