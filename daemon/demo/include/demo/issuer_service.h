// An issuer as its clients see it: HTTP requests in, answers out. It opens nothing and asks no clock.
//
//   GET  /.well-known/private-token-issuer-directory   of the host ageNN.NAME: the key for this age (RFC 9578, 4)
//   POST /token-request                                of the host ageNN.NAME (RFC 9578, 6), with a code
//   POST /attestation                                  {"device_key": base64url, "ages": [16, 18]}, with a code:
//                                                      IssuerSigned in CBOR
//
// A code is shown as `Authorization: Code 16-K7QM-3XPD-9TRW`.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>

#include "demo/attestation.h"
#include "demo/code_book.h"
#include "demo/token_issuance.h"

namespace kindgate::demo {

struct IssuerRequest {
    std::string method;
    std::string host;  // without its port
    std::string target;
    std::string content_type;
    std::string authorization;
    std::string body;
};

struct IssuerAnswer {
    unsigned status = 200;
    std::string type = "text/plain; charset=utf-8";
    std::string body;
};

class IssuerService {
public:
    struct Parts {
        std::string name;                            // "issuer.example"
        std::map<std::uint8_t, TokenIssuer> tokens;  // by age
        MdocIssuer documents;
        CodeBook codes;
        // Keeps CodeBook::used_text(), durably: only then is anything issued.
        std::function<Result<void>(std::string const&)> keep_used;
    };
    explicit IssuerService(Parts parts) : parts_(std::move(parts)) {}

    IssuerAnswer answer(IssuerRequest const& request, std::chrono::sys_seconds now);

private:
    IssuerAnswer directory(TokenIssuer const& issuer) const;
    IssuerAnswer token(std::uint8_t age, TokenIssuer const& issuer, IssuerRequest const& request);
    IssuerAnswer attestation(IssuerRequest const& request, std::chrono::sys_seconds now);
    // None: it was good.
    std::optional<IssuerAnswer> take_code(std::string const& authorization, std::uint8_t age);

    Parts parts_;
};

}  // namespace kindgate::demo
