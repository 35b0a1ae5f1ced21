// Tokens of type 0x0002 issued (RFC 9578, 6): a client asks for a signature over a token that the issuer doesn't see.
#pragma once

#include <array>
#include <vector>

#include "age/token.h"
#include "demo/blind_rsa.h"

namespace kindgate::demo {

// What a client has while it waits for the issuer's answer.
class TokenRequest {
public:
    static constexpr std::size_t size = 259;
    using Nonce = std::array<std::uint8_t, 32>;

    // For a challenge (RFC 9577, 2.1.1, encoded) that this key's issuer may answer.
    static Result<TokenRequest> create(ByteView challenge, age::TokenKey const& key);
    // The same with chance that is given. `chance.salt` has 48 octets.
    static Result<TokenRequest> create(ByteView challenge, age::TokenKey const& key, Nonce const& nonce,
                                       Chance const& chance);

    // RFC 9578, 6.1: for the issuer.
    Bytes const& encoded() const { return encoded_; }
    // RFC 9578, 6.3. `response`: the issuer's, 256 octets. One that makes no token: invalid_input.
    Result<age::Token> finish(ByteView response) const;

private:
    TokenRequest(BlindKey key, age::Token const& token, Blinded blinded)
        : key_(std::move(key)), token_(token), blinded_(std::move(blinded)) {}

    BlindKey key_;
    age::Token token_;  // without its authenticator
    Blinded blinded_;
    Bytes encoded_;
};

// All keys of an issuer. RFC 9578, 8.1: a request names its key by one octet, which no two of them may share.
class TokenIssuer {
public:
    // Two keys with the same last octet of their ids, or none at all: conflict, invalid_input.
    static Result<TokenIssuer> create(std::vector<BlindSigner> signers);

    std::vector<age::TokenKey> const& keys() const { return keys_; }
    // RFC 9578, 6.2: the TokenResponse. A request of another type or length (HTTP 422): invalid_input; for a key that
    // isn't there: not_found.
    Result<Bytes> answer(ByteView request) const;

private:
    TokenIssuer(std::vector<BlindSigner> signers, std::vector<age::TokenKey> keys)
        : signers_(std::move(signers)), keys_(std::move(keys)) {}

    std::vector<BlindSigner> signers_;
    std::vector<age::TokenKey> keys_;  // of the signers, in their order
};

}  // namespace kindgate::demo
