#include "age/trust.h"

#include <algorithm>

namespace kindgate::age {

std::string_view text(DocType type) {
    return type == DocType::eu_age_verification ? "eu.europa.ec.av.1" : "org.iso.18013.5.1.mDL";
}

std::string_view name_space(DocType type) {
    return type == DocType::eu_age_verification ? "eu.europa.ec.av.1" : "org.iso.18013.5.1";
}

std::optional<DocType> doc_type(std::string_view text) {
    for (auto const type : {DocType::eu_age_verification, DocType::mobile_licence})
        if (age::text(type) == text) return type;
    return std::nullopt;
}

TokenKey const* Trust::find(crypto::Digest const& key_id) const {
    for (auto const& issuer : issuers)
        if (auto const found = std::ranges::find(issuer.keys, key_id, &TokenKey::id); found != issuer.keys.end())
            return &*found;
    return nullptr;
}

Issuer const* Trust::issuer_of(crypto::Digest const& key_id) const {
    auto const found = std::ranges::find_if(issuers, [&](Issuer const& issuer) {
        return std::ranges::find(issuer.keys, key_id, &TokenKey::id) != issuer.keys.end();
    });
    return found == issuers.end() ? nullptr : &*found;
}

}  // namespace kindgate::age
