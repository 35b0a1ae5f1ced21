// OpenID for Verifiable Presentations 1.0, the verifier's side: what a wallet is asked, and what it answers by
// `direct_post` (8.2) or `direct_post.jwt` (8.3.1). The client identifier is `redirect_uri:` and the address that the
// answer goes to (5.9.3), as the EU's age verification profile has it (annex A, A.5), so requests are not signed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "age/trust.h"
#include "base/bytes.h"
#include "base/result.h"
#include "crypto/ecdh.h"

namespace kindgate::age {

struct WalletQuestion {
    std::string state;  // which question is answered
    std::string nonce;
    std::string response_uri;    // https
    std::uint8_t min_age = 0;    // years
    std::vector<DocType> types;  // any of them, at least one
    Bytes encrypt_to{};          // a public key on P-256: the answer is encrypted (direct_post.jwt); empty: it isn't

    std::string client_id() const { return "redirect_uri:" + response_uri; }
    // What the answer's documents are bound to.
    Bytes transcript() const;
};

// The authorization request's parameters as a JSON object (OpenID4VP, 5), with a DCQL query (6).
std::string request_json(WalletQuestion const& question);
// The same as a link that opens a wallet on this device, by value: `scheme` is "av" or "openid4vp".
std::string request_link(std::string_view scheme, WalletQuestion const& question);
// By reference (RFC 9101, 5.2): short enough for a QR code. `request_uri` gives the request_object().
std::string reference_link(std::string_view scheme, WalletQuestion const& question, std::string_view request_uri);
// The request as an unsecured JWT (RFC 9101, 4, with "alg": "none").
std::string request_object(WalletQuestion const& question);

struct WalletAnswer {
    std::string state;  // "" : none was said
    Bytes response;     // DeviceResponse
};
// Of a form's body. `key`: which the answer was to be encrypted for; null: it wasn't to be. No presentation, more than
// one, or what can't be read: invalid_input.
Result<WalletAnswer> read_wallet_answer(std::string_view body, crypto::AgreementKey const* key);

}  // namespace kindgate::age
