#include "age/token.h"

#include <algorithm>

namespace kindgate::age {

namespace {

// Reads network byte order from the front; once something was missing, nothing is found any more.
class Reader {
public:
    explicit Reader(ByteView bytes) : rest_(bytes) {}

    ByteView take(std::size_t size) {
        if (size > rest_.size()) {
            good_ = false;
            rest_ = {};
        }
        auto const taken = rest_.first(good_ ? size : 0);
        rest_ = rest_.subspan(taken.size());
        return taken;
    }
    std::size_t number(std::size_t size) {
        std::size_t value = 0;
        for (auto const byte : take(size)) value = value << 8 | byte;
        return value;
    }
    // With its length before it, in so many octets.
    ByteView counted(std::size_t length_size) { return take(number(length_size)); }
    // All was there, and nothing is left.
    bool ended() const { return good_ && rest_.empty(); }

private:
    ByteView rest_;
    bool good_ = true;
};

void append(Bytes& to, ByteView bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

void append_number(Bytes& to, std::size_t number, std::size_t size) {
    while (size-- > 0) to.push_back(static_cast<std::uint8_t>(number >> (8 * size) & 0xffU));
}

}  // namespace

std::string_view text(Kind kind) {
    return kind == Kind::token ? "token" : "mdoc";
}

Bytes TokenChallenge::encoded() const {
    Bytes bytes;
    // At once: GCC 12, where it optimises, takes the first of several growths for a read past the end.
    bytes.reserve(7 + issuer_name.size() + redemption_context.size() + origin_info.size());
    append_number(bytes, token_type, 2);
    append_number(bytes, issuer_name.size(), 2);
    append(bytes, bytes_of(issuer_name));
    append_number(bytes, redemption_context.size(), 1);
    append(bytes, redemption_context);
    append_number(bytes, origin_info.size(), 2);
    append(bytes, bytes_of(origin_info));
    return bytes;
}

Result<TokenChallenge> TokenChallenge::decode(ByteView bytes) {
    Reader reader{bytes};
    auto const type = reader.number(2);
    TokenChallenge challenge;
    challenge.issuer_name = text_of(reader.counted(2));
    auto const context = reader.counted(1);
    challenge.redemption_context.assign(context.begin(), context.end());
    challenge.origin_info = text_of(reader.counted(2));
    if (!reader.ended() || challenge.issuer_name.empty() || (!context.empty() && context.size() != 32))
        return Error{ErrorCode::invalid_input, "this is no token challenge (RFC 9577, 2.1.1)"};
    if (type != token_type)
        return Error{ErrorCode::invalid_input, "the challenge asks for tokens of another type than 0x0002"};
    return challenge;
}

Bytes Token::encoded() const {
    Bytes bytes;
    bytes.reserve(size);
    append_number(bytes, token_type, 2);
    append(bytes, nonce);
    append(bytes, challenge_digest);
    append(bytes, key_id);
    append(bytes, authenticator);
    return bytes;
}

DecodedToken decode_token(ByteView bytes) {
    Reader reader{bytes};
    if (reader.number(2) != token_type && bytes.size() >= 2) return {Reason::unknown_type};
    DecodedToken decoded;
    auto& token = decoded.token;
    std::ranges::copy(reader.take(token.nonce.size()), token.nonce.begin());
    std::ranges::copy(reader.take(token.challenge_digest.size()), token.challenge_digest.begin());
    std::ranges::copy(reader.take(token.key_id.size()), token.key_id.begin());
    std::ranges::copy(reader.take(token.authenticator.size()), token.authenticator.begin());
    if (reader.ended()) decoded.fault = Reason::accepted;
    return decoded;
}

Reason check_token(ByteView token, ByteView challenge, TokenKey const& key) {
    auto const decoded = decode_token(token);
    if (decoded.fault != Reason::accepted) return decoded.fault;
    if (decoded.token.challenge_digest != crypto::sha256(challenge)) return Reason::wrong_challenge;
    if (decoded.token.key_id != key.id()) return Reason::unknown_key;
    return key.verify(token.first(Token::signed_size), decoded.token.authenticator) ? Reason::accepted
                                                                                    : Reason::bad_signature;
}

TokenChallenge challenge_for(Issuer const& issuer, std::string const& origin_info, Bytes const& context) {
    return {issuer.name, context, origin_info};
}

Verdict TokenProof::check(Trust const& trust, Question const& question) const {
    auto const decoded = decode_token(token_);
    if (decoded.fault != Reason::accepted) return refused(decoded.fault);
    auto const* const issuer = trust.issuer_of(decoded.token.key_id);
    if (issuer == nullptr) return refused(Reason::unknown_key);
    if (issuer->min_age < question.min_age) return refused(Reason::too_young);
    auto reason = Reason::wrong_challenge;
    for (auto const& context : redemption_.contexts) {
        auto const challenge = challenge_for(*issuer, redemption_.origin_info, context).encoded();
        reason = check_token(token_, challenge, *trust.find(decoded.token.key_id));
        if (reason != Reason::wrong_challenge) break;
    }
    if (reason != Reason::accepted) return refused(reason);
    return {reason, issuer->min_age, crypto::sha256(decoded.token.nonce), {}};
}

}  // namespace kindgate::age
