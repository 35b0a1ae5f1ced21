#include "demo/issuer_directory.h"

#include "age/token.h"
#include "foreign_json.h"

namespace kindgate::demo {

std::string IssuerDirectory::text() const {
    auto listed = Json::array();
    for (auto const& key : keys)
        listed.push_back({{"token-type", age::token_type}, {"token-key", base64url(key.spki())}});
    return json_text({{"issuer-request-uri", request_uri}, {"token-keys", listed}});
}

Result<IssuerDirectory> IssuerDirectory::read(std::string_view json) {
    auto const said = read_json(json);
    auto uri = text_member(said, "issuer-request-uri");
    if (!uri) return Error{ErrorCode::invalid_input, "this is no issuer's directory (RFC 9578, 4)"};
    IssuerDirectory directory{*std::move(uri), {}};
    for (auto const& one : member(said, "token-keys")) {
        if (number_member(one, "token-type") != age::token_type) continue;
        auto const der = from_base64url(text_member(one, "token-key").value_or(""));
        auto key = age::TokenKey::from_spki(der.value_or(Bytes{}));
        if (key.ok()) directory.keys.push_back(std::move(key).value());
    }
    return directory;
}

}  // namespace kindgate::demo
