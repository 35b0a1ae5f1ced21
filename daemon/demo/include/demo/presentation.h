// What a gate asks a wallet for, and the answer (OpenID4VP 1.0): an mdoc, by direct_post or direct_post.jwt, the
// request as the gate's own (client_id "redirect_uri:…").
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "demo/jwe.h"
#include "demo/wallet.h"

namespace kindgate::demo {

struct PresentationRequest {
    std::string client_id;
    std::string response_uri;
    std::string nonce;
    std::string state;          // "": none
    std::string credential_id;  // what the answer is called
    std::string doc_type;
    std::uint8_t min_age = 0;               // the lowest age_over_NN that is asked for
    std::optional<JweReceiver> receiver{};  // direct_post.jwt: who may read the answer

    // The authorization request as JSON. What this wallet doesn't know, or what isn't bound to its response_uri:
    // invalid_input.
    static Result<PresentationRequest> read(std::string_view json);
    // The same in a JWT that nobody signed (RFC 9101, 4): its client_id says where the answer goes, and that is enough.
    static Result<PresentationRequest> read_object(std::string_view jwt);
    Bytes transcript() const;
};

// What a link says that opens a wallet, on a page or in a QR code: "av://?…", "openid4vp://?…". One of the two is "".
struct RequestLink {
    std::string request;      // by value, as JSON
    std::string request_uri;  // by reference: https, and it gives an object (RFC 9101, 5.2)
    std::string client_id;

    // What is no such link: invalid_input.
    static Result<RequestLink> read(std::string_view link);
};

struct PresentationAnswer {
    Bytes device_response;
    std::string form;  // application/x-www-form-urlencoded, for the response_uri
};

// Shows the nearest age only. A document of another kind, or that reaches no such age: forbidden.
Result<PresentationAnswer> answer(PresentationRequest const& request, Attestation const& attestation,
                                  crypto::PrivateKey const& device);

}  // namespace kindgate::demo
