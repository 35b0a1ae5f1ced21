#include "demo/token_issuance.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "crypto/secret.h"

namespace kindgate::demo {

namespace {

constexpr std::size_t salt_size = 48;
constexpr std::array<std::uint8_t, 2> type_octets{age::token_type >> 8, age::token_type & 0xff};
constexpr std::size_t request_head = 3;  // type and key

std::uint8_t truncated_id(age::TokenKey const& key) {
    return key.id().back();
}

// What the issuer signs of it.
Bytes authenticated(age::Token const& token) {
    auto bytes = token.encoded();
    bytes.resize(age::Token::signed_size);
    return bytes;
}

}  // namespace

Result<TokenRequest> TokenRequest::create(ByteView challenge, age::TokenKey const& key) {
    Nonce nonce{};
    crypto::fill_at_random(nonce);
    auto const chance = KG_TRY(BlindKey::of(key)).chance();
    return create(challenge, key, nonce, chance);
}

Result<TokenRequest> TokenRequest::create(ByteView challenge, age::TokenKey const& key, Nonce const& nonce,
                                          Chance const& chance) {
    if (chance.salt.size() != salt_size) return Error{ErrorCode::invalid_input, "a token's salt has 48 octets"};
    KG_TRY(age::TokenChallenge::decode(challenge));
    auto blind_key = KG_TRY(BlindKey::of(key));
    age::Token const token{nonce, crypto::sha256(challenge), key.id(), {}};
    auto blinded = KG_TRY(blind_key.blind(authenticated(token), chance));
    TokenRequest request{std::move(blind_key), token, std::move(blinded)};
    auto& encoded = request.encoded_;
    encoded.assign(type_octets.begin(), type_octets.end());
    encoded.push_back(truncated_id(key));
    encoded.insert(encoded.end(), request.blinded_.message.begin(), request.blinded_.message.end());
    return request;
}

Result<age::Token> TokenRequest::finish(ByteView response) const {
    auto const signature = KG_TRY(key_.finish(authenticated(token_), blinded_, response));
    auto token = token_;
    std::ranges::copy(signature, token.authenticator.begin());
    return token;
}

Result<TokenIssuer> TokenIssuer::create(std::vector<BlindSigner> signers) {
    std::vector<age::TokenKey> keys;
    std::set<std::uint8_t> ids;
    for (auto const& signer : signers) {
        auto const& key = keys.emplace_back(KG_TRY(signer.token_key()));
        if (!ids.insert(truncated_id(key)).second)
            return Error{ErrorCode::conflict, "two keys have ids with the same last octet: make one of them anew"};
    }
    if (keys.empty()) return Error{ErrorCode::invalid_input, "an issuer has at least one key"};
    return TokenIssuer{std::move(signers), std::move(keys)};
}

Result<Bytes> TokenIssuer::answer(ByteView request) const {
    if (request.size() < type_octets.size() || !std::ranges::equal(request.first(type_octets.size()), type_octets))
        return Error{ErrorCode::invalid_input,
                     "this asks for tokens of an unknown type: only 0x0002 (blind RSA) is issued, one at a time"};
    if (request.size() != TokenRequest::size)
        return Error{ErrorCode::invalid_input, fmt::format("a token request has {} octets", TokenRequest::size)};
    auto const found = std::ranges::find(keys_, request[2], truncated_id);
    if (found == keys_.end())
        return Error{ErrorCode::not_found, "this asks for a key that isn't here: read the issuer's directory again"};
    return signers_[static_cast<std::size_t>(found - keys_.begin())].sign(request.subspan(request_head));
}

}  // namespace kindgate::demo
