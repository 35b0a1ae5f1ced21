#include "demo/presentation.h"

#include <algorithm>

#include <fmt/format.h>

#include "age/form.h"
#include "age/session_transcript.h"
#include "foreign_json.h"

namespace kindgate::demo {

namespace {

Error wrong(std::string_view what) {
    return {ErrorCode::invalid_input, fmt::format("the gate's request {}", what)};
}

// OpenID4VP 1.0, 8.3: the first key for ECDH-ES, and the first encryption that we know.
Result<JweReceiver> read_receiver(Json const& metadata) {
    JweReceiver receiver;
    for (auto const& key : member(member(metadata, "jwks"), "keys")) {
        auto const x = from_base64url(text_member(key, "x").value_or(""));
        auto const y = from_base64url(text_member(key, "y").value_or(""));
        if (text_member(key, "crv") != "P-256" || !x || !y || x->size() != 32 || y->size() != 32) continue;
        if (text_member(key, "use").value_or("enc") != "enc") continue;
        receiver.point = {0x04};
        receiver.point.insert(receiver.point.end(), x->begin(), x->end());
        receiver.point.insert(receiver.point.end(), y->begin(), y->end());
        receiver.key_id = text_member(key, "kid").value_or("");
        break;
    }
    if (receiver.point.empty()) return wrong("wants an encrypted answer and names no key on P-256 for it");
    auto const& values = member(metadata, "encrypted_response_enc_values_supported");
    if (!values.is_array()) return receiver;
    for (auto const& one : values) {
        auto const* const name = one.get_ptr<std::string const*>();
        auto const known = name == nullptr ? std::nullopt : encryption(*name);
        if (!known) continue;
        receiver.encryption = *known;
        return receiver;
    }
    return wrong("wants an answer that is encrypted with neither A128GCM nor A256GCM");
}

// The NN of a claim's path [name space, "age_over_NN"]; none: another claim.
std::optional<std::uint8_t> asked_age(Json const& claim) {
    auto const& path = member(claim, "path");
    auto const* const name = path.is_array() && path.size() == 2 ? path[1].get_ptr<std::string const*>() : nullptr;
    constexpr std::string_view stem = "age_over_";
    if (name == nullptr || name->size() != stem.size() + 2 || !name->starts_with(stem)) return std::nullopt;
    auto const digit = [&](std::size_t at) { return (*name)[at] - '0'; };
    if (std::min(digit(9), digit(10)) < 0 || std::max(digit(9), digit(10)) > 9) return std::nullopt;
    return static_cast<std::uint8_t>(digit(9) * 10 + digit(10));
}

// OpenID4VP 1.0, 6: the first credential that is an mdoc and asks for nothing but ages.
Result<void> read_query(Json const& query, PresentationRequest& request) {
    for (auto const& credential : member(query, "credentials")) {
        auto const id = text_member(credential, "id");
        auto const type = text_member(member(credential, "meta"), "doctype_value");
        std::optional<std::uint8_t> lowest;
        bool only_ages = true;
        for (auto const& claim : member(credential, "claims")) {
            auto const age = asked_age(claim);
            only_ages = only_ages && age;
            if (age) lowest = std::min(*age, lowest.value_or(*age));
        }
        if (text_member(credential, "format") != "mso_mdoc" || !id || !type || !lowest || !only_ages) continue;
        request.credential_id = *id;
        request.doc_type = *type;
        request.min_age = *lowest;
        return {};
    }
    return wrong("asks for no mdoc that tells an age alone: this wallet shows nothing else");
}

}  // namespace

Result<PresentationRequest> PresentationRequest::read(std::string_view json) {
    auto const said = read_json(json);
    auto const text = [&](std::string const& name) { return text_member(said, name).value_or(""); };
    PresentationRequest request{.client_id = text("client_id"),
                                .response_uri = text("response_uri"),
                                .nonce = text("nonce"),
                                .state = text("state"),
                                .credential_id = {},
                                .doc_type = {}};
    if (text("response_type") != "vp_token") return wrong("is none of OpenID4VP (response_type vp_token)");
    if (request.nonce.empty()) return wrong("has no nonce");
    if (!request.response_uri.starts_with("https://")) return wrong("has no response_uri with https");
    // 5.9.3: nobody else's request can be passed on to have the answer elsewhere.
    if (request.client_id != "redirect_uri:" + request.response_uri)
        return wrong("is not of who gets the answer: client_id has to be redirect_uri: and the response_uri");
    auto const mode = text("response_mode");
    if (mode == "direct_post.jwt")
        request.receiver = KG_TRY(read_receiver(member(said, "client_metadata")));
    else if (mode != "direct_post")
        return wrong("wants its answer another way than by direct_post or direct_post.jwt");
    KG_TRY(read_query(member(said, "dcql_query"), request));
    return request;
}

Result<PresentationRequest> PresentationRequest::read_object(std::string_view jwt) {
    auto const head_end = jwt.find('.');
    auto const end = jwt.find('.', head_end + 1);
    if (head_end == std::string_view::npos || end == std::string_view::npos) return wrong("is no JWT");
    auto const head = from_base64url(jwt.substr(0, head_end));
    auto const payload = from_base64url(jwt.substr(head_end + 1, end - head_end - 1));
    if (!head || !payload) return wrong("is no JWT");
    if (text_member(read_json(text_of(*head)), "alg") != "none")
        return wrong("is signed, and this wallet knows nobody's signature");
    return read(text_of(*payload));
}

Result<RequestLink> RequestLink::read(std::string_view link) {
    constexpr std::string_view stem = "://?";
    auto const start = link.find(stem);
    auto const fields =
        start == std::string_view::npos ? std::nullopt : age::read_form(link.substr(start + stem.size()));
    if (!fields)
        return Error{ErrorCode::invalid_input,
                     "this is no link to a wallet: it has to be like av://?client_id=…&request_uri=…"};
    Json request;
    for (auto const& [name, value] : *fields)
        request[name] = name == "dcql_query" || name == "client_metadata" ? read_json(value) : Json(value);
    RequestLink read;
    read.client_id = text_member(request, "client_id").value_or("");
    if (auto const* const reference = age::find(*fields, "request_uri"))
        read.request_uri = *reference;
    else
        read.request = json_text(request);
    return read;
}

Bytes PresentationRequest::transcript() const {
    auto const thumbprint = receiver ? std::optional{age::key_thumbprint(receiver->point)} : std::nullopt;
    return age::redirect_transcript(client_id, nonce, thumbprint, response_uri);
}

Result<PresentationAnswer> answer(PresentationRequest const& request, Attestation const& attestation,
                                  crypto::PrivateKey const& device) {
    if (attestation.doc_type != request.doc_type)
        return Error{ErrorCode::forbidden,
                     fmt::format("the gate asks for {}, and this is {}", request.doc_type, attestation.doc_type)};
    auto const element = nearest_age(attestation, request.min_age);
    if (!element)
        return Error{ErrorCode::forbidden, fmt::format("the attestation says of no age that it is {} or more: nothing "
                                                       "is shown",
                                                       request.min_age)};
    PresentationAnswer made{KG_TRY(present(attestation, device, request.transcript(), {{*element}})), {}};
    Json said{{"vp_token", {{request.credential_id, Json::array({base64url_unpadded(made.device_response)})}}}};
    if (request.receiver) {
        if (!request.state.empty()) said["state"] = request.state;
        made.form = "response=" + KG_TRY(encrypt_jwe(*request.receiver, bytes_of(json_text(said))));
    } else {
        made.form = "vp_token=" + age::percent_encoded(json_text(said["vp_token"]));
        if (!request.state.empty()) made.form += "&state=" + age::percent_encoded(request.state);
    }
    return made;
}

}  // namespace kindgate::demo
