// The HTTP authentication scheme PrivateToken (RFC 9577, 2.1.2 and 2.2.2; grammar RFC 9110, 11).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace kindgate::age {

// A challenge with the key to ask for, as a header has them: encoded.
struct AuthChallenge {
    Bytes challenge;                    // TokenChallenge
    Bytes token_key;                    // SubjectPublicKeyInfo; empty: none was named
    std::optional<unsigned> max_age{};  // seconds
    bool operator==(AuthChallenge const&) const = default;
};

// The value of WWW-Authenticate: all of them, one after the other.
std::string www_authenticate(std::span<AuthChallenge const> challenges);

// The challenges of this scheme in the value of a WWW-Authenticate header, in its order; those of other schemes,
// parameters that nobody here knows, and challenges without a challenge are left out. What breaks the grammar: what
// stands before it counts.
std::vector<AuthChallenge> read_www_authenticate(std::string_view value);

// The value of Authorization.
std::string authorization(ByteView token);

// The token in the value of an Authorization header. None: another scheme, no token, or not base64url.
std::optional<Bytes> read_authorization(std::string_view value);

}  // namespace kindgate::age
