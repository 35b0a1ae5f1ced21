// Privacy Pass tokens of type 0x0002 (RFC 9577, RFC 9578): a challenge names the issuer, the gate and what it is for;
// the issuer signs blindly, so it learns nothing of it; whoever has its public key can check. One bit each: that the
// issuer vouches for its age.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "age/proof.h"
#include "base/bytes.h"
#include "base/result.h"

namespace kindgate::age {

inline constexpr std::uint16_t token_type = 0x0002;

// RFC 9577, 2.1.1.
struct TokenChallenge {
    std::string issuer_name;   // 1 to 65,535 octets
    Bytes redemption_context;  // none or 32 octets
    std::string origin_info;   // host names, with commas between; "" : any
    bool operator==(TokenChallenge const&) const = default;

    Bytes encoded() const;
    // Cut, too long, or of another type: invalid_input.
    static Result<TokenChallenge> decode(ByteView bytes);
};

// RFC 9577, 2.2: 354 octets.
struct Token {
    std::array<std::uint8_t, 32> nonce{};
    crypto::Digest challenge_digest{};
    crypto::Digest key_id{};
    std::array<std::uint8_t, 256> authenticator{};

    static constexpr std::size_t size = 354;
    static constexpr std::size_t signed_size = 98;
    Bytes encoded() const;
};

// Of a token of type 0x0002; of what isn't one: unknown_type or malformed.
struct DecodedToken {
    Reason fault = Reason::malformed;  // `accepted`: none
    Token token{};
};
DecodedToken decode_token(ByteView bytes);

// RFC 9578, 6.4: the token answers this challenge and is signed by this key.
Reason check_token(ByteView token, ByteView challenge, TokenKey const& key);

// Where and for what a token may be redeemed: as in a TokenChallenge.
struct Redemption {
    std::string origin_info;
    std::vector<Bytes> contexts;  // any of them
};

// The challenge that an issuer's clients get.
TokenChallenge challenge_for(Issuer const& issuer, std::string const& origin_info, Bytes const& context);

class TokenProof final : public Proof {
public:
    TokenProof(Bytes token, Redemption redemption) : token_(std::move(token)), redemption_(std::move(redemption)) {}

    Kind kind() const override { return Kind::token; }
    Verdict check(Trust const& trust, Question const& question) const override;

private:
    Bytes token_;
    Redemption redemption_;
};

}  // namespace kindgate::age
