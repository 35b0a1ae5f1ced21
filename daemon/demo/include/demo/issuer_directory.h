// What an issuer of tokens tells everybody (RFC 9578, 4): its keys, and where it is asked.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "age/token_key.h"

namespace kindgate::demo {

struct IssuerDirectory {
    static constexpr std::string_view path = "/.well-known/private-token-issuer-directory";
    static constexpr std::string_view media_type = "application/private-token-issuer-directory";

    std::string request_uri;          // whole, or as seen from the directory: "/token-request"
    std::vector<age::TokenKey> keys;  // of type 0x0002

    std::string text() const;  // JSON
    // Keys of other types are left out.
    static Result<IssuerDirectory> read(std::string_view json);
};

}  // namespace kindgate::demo
