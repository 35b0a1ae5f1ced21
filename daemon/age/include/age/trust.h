// Whose proofs of age are believed, and for which age: what the policy's age_trust says, checked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "age/token_key.h"
#include "crypto/certificate.h"

namespace kindgate::age {

// An issuer of Privacy Pass tokens. It has one name and its own keys for each age (RFC 9578, 4).
struct Issuer {
    std::string name;  // host name, in lower case
    std::vector<TokenKey> keys;
    std::uint8_t min_age = 0;  // years that a token proves
    bool operator==(Issuer const&) const = default;
};

enum class DocType : std::uint8_t {
    eu_age_verification,  // "eu.europa.ec.av.1"
    mobile_licence,       // "org.iso.18013.5.1.mDL"
};
std::string_view text(DocType type);
std::string_view name_space(DocType type);  // where its age_over_NN are
std::optional<DocType> doc_type(std::string_view text);

// A provider of mdoc attestations.
struct Provider {
    std::string name;
    crypto::Authority authority;
    std::string use;  // the extended key usage that its signers' certificates name: "1.0.18013.5.1.2"
    DocType doc_type = DocType::eu_age_verification;
    bool more_elements = false;  // a document that tells more than an age is taken, and the rest is not looked at
    bool operator==(Provider const&) const = default;
};

struct Trust {
    std::vector<Issuer> issuers;
    std::vector<Provider> providers;
    bool operator==(Trust const&) const = default;

    // Null: nobody trusts the key.
    Issuer const* issuer_of(crypto::Digest const& key_id) const;
    TokenKey const* find(crypto::Digest const& key_id) const;
};

}  // namespace kindgate::age
