#include "age/openid4vp.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "age/form.h"
#include "age/session_transcript.h"
#include "base/json_string.h"
#include "foreign_json.h"
#include "jwe.h"

namespace kindgate::age {

namespace {

// Thresholds that documents tell beside the one that is asked for: a wallet shows the nearest that it has.
constexpr std::array<std::uint8_t, 4> usual_ages{13, 16, 18, 21};

std::string_view credential_id(DocType type) {
    return type == DocType::eu_age_verification ? "age" : "licence";
}

// OpenID4VP, 6.1 and 6.3. Any one of the ages will do (6.4.1: the first set that the wallet can give).
std::string credential_query(DocType type, std::uint8_t min_age) {
    std::vector<unsigned> ages{min_age};
    std::ranges::copy_if(usual_ages, std::back_inserter(ages), [&](std::uint8_t age) { return age > min_age; });
    std::vector<std::string> claims;
    std::vector<std::string> sets;
    for (auto const years : ages) {
        claims.push_back(
            fmt::format(R"({{"id":"over{0:02}","path":["{1}","age_over_{0:02}"]}})", years, name_space(type)));
        sets.push_back(fmt::format(R"(["over{:02}"])", years));
    }
    return fmt::format(
        R"({{"id":"{}","format":"mso_mdoc","meta":{{"doctype_value":"{}"}},"claims":[{}],"claim_sets":[{}]}})",
        credential_id(type), text(type), fmt::join(claims, ","), fmt::join(sets, ","));
}

std::string dcql_query(WalletQuestion const& question) {
    std::vector<std::string> credentials;
    std::vector<std::string> options;
    for (auto const type : question.types) {
        credentials.push_back(credential_query(type, question.min_age));
        options.push_back(fmt::format(R"(["{}"])", credential_id(type)));
    }
    auto const any = options.size() < 2
                         ? std::string{}
                         : fmt::format(R"(,"credential_sets":[{{"options":[{}]}}])", fmt::join(options, ","));
    return fmt::format(R"({{"credentials":[{}]{}}})", fmt::join(credentials, ","), any);
}

// OpenID4VP, 5.1 and B.2.2: ES256 alone (COSE algorithm -7).
std::string client_metadata(WalletQuestion const& question) {
    std::string metadata =
        R"({"vp_formats_supported":{"mso_mdoc":{"issuerauth_alg_values":[-7],"deviceauth_alg_values":[-7]}})";
    if (auto const& key = question.encrypt_to; !key.empty()) {
        ByteView const point{key};
        metadata += fmt::format(
            R"(,"jwks":{{"keys":[{{"kty":"EC","crv":"P-256","use":"enc","alg":"ECDH-ES","kid":"1","x":"{}","y":"{}"}}]}})"
            R"(,"encrypted_response_enc_values_supported":["A128GCM","A256GCM"])",
            base64url_unpadded(point.subspan(1, 32)), base64url_unpadded(point.subspan(33, 32)));
    }
    return metadata + "}";
}

struct Parameter {
    std::string_view name;
    std::string value;
    bool is_json = false;
};

std::vector<Parameter> parameters(WalletQuestion const& question) {
    return {{"response_type", "vp_token"},
            {"client_id", question.client_id()},
            {"response_mode", question.encrypt_to.empty() ? "direct_post" : "direct_post.jwt"},
            {"response_uri", question.response_uri},
            {"nonce", question.nonce},
            {"state", question.state},
            {"dcql_query", dcql_query(question), true},
            {"client_metadata", client_metadata(question), true}};
}

Error unreadable(std::string_view what) {
    return {ErrorCode::invalid_input, fmt::format("the wallet's answer {}", what)};
}

// {"age": ["base64url of a DeviceResponse"]} (OpenID4VP, 8.1).
Result<Bytes> presentation_of(Json const& vp_token) {
    if (!vp_token.is_object() || vp_token.size() != 1) return unreadable("has no vp_token with one document");
    auto const& presented = *vp_token.begin();
    if (!presented.is_array() || presented.size() != 1) return unreadable("has more or less than one presentation");
    auto const* const text = presented[0].get_ptr<std::string const*>();
    auto response = text == nullptr ? std::nullopt : from_base64url(*text);
    if (!response || response->empty()) return unreadable("has a presentation that isn't base64url");
    return *std::move(response);
}

Result<WalletAnswer> read_encrypted(Form const& form, crypto::AgreementKey const& key) {
    auto const* const sealed = find(form, "response");
    if (sealed == nullptr) return unreadable("has no response");
    auto const said = read_json(KG_TRY(open_jwe(*sealed, key)));
    if (!said.is_object()) return unreadable("holds no JSON object");
    return WalletAnswer{text_member(said, "state").value_or(""), KG_TRY(presentation_of(member(said, "vp_token")))};
}

}  // namespace

Bytes WalletQuestion::transcript() const {
    auto const thumbprint = encrypt_to.empty() ? std::nullopt : std::optional{key_thumbprint(encrypt_to)};
    return redirect_transcript(client_id(), nonce, thumbprint, response_uri);
}

std::string request_json(WalletQuestion const& question) {
    std::vector<std::string> members;
    for (auto const& [name, value, is_json] : parameters(question))
        members.push_back(fmt::format("\"{}\":{}", name, is_json ? value : json_string(value)));
    return fmt::format("{{{}}}", fmt::join(members, ","));
}

std::string request_link(std::string_view scheme, WalletQuestion const& question) {
    std::vector<std::string> fields;
    for (auto const& [name, value, is_json] : parameters(question))
        fields.push_back(fmt::format("{}={}", name, percent_encoded(value)));
    return fmt::format("{}://?{}", scheme, fmt::join(fields, "&"));
}

std::string reference_link(std::string_view scheme, WalletQuestion const& question, std::string_view request_uri) {
    return fmt::format("{}://?client_id={}&request_uri={}", scheme, percent_encoded(question.client_id()),
                       percent_encoded(request_uri));
}

std::string request_object(WalletQuestion const& question) {
    return fmt::format("{}.{}.", base64url_unpadded(bytes_of(R"({"alg":"none","typ":"oauth-authz-req+jwt"})")),
                       base64url_unpadded(bytes_of(request_json(question))));
}

Result<WalletAnswer> read_wallet_answer(std::string_view body, crypto::AgreementKey const* key) {
    auto const form = read_form(body);
    if (!form) return unreadable("is no form");
    if (key != nullptr) return read_encrypted(*form, *key);
    auto const* const vp_token = find(*form, "vp_token");
    if (vp_token == nullptr) return unreadable("has no vp_token");
    auto const* const state = find(*form, "state");
    return WalletAnswer{state == nullptr ? std::string{} : *state, KG_TRY(presentation_of(read_json(*vp_token)))};
}

}  // namespace kindgate::age
