// Any bytes as a token, a challenge and a token key: refused, or what comes out is what went in.
#include <algorithm>
#include <cstdlib>

#include "age/token.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace kindgate;  // NOLINT(google-build-using-namespace)
    ByteView const bytes{data, size};
    if (auto const decoded = age::decode_token(bytes); decoded.fault == age::Reason::accepted)
        if (!std::ranges::equal(decoded.token.encoded(), bytes)) std::abort();
    if (auto const challenge = age::TokenChallenge::decode(bytes); challenge.ok())
        if (!std::ranges::equal(challenge->encoded(), bytes)) std::abort();
    auto const key = age::TokenKey::from_spki(bytes);
    if (!key.ok()) return 0;
    if (!std::ranges::equal(key->spki(), bytes)) std::abort();
    // Nobody can sign with a key that was made up.
    age::Token token;
    token.key_id = key->id();
    token.challenge_digest = crypto::sha256(bytes);
    if (age::check_token(token.encoded(), bytes, *key) == age::Reason::accepted) std::abort();
    return 0;
}
