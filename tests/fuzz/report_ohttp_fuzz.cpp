// Any bytes as a gateway's keys, as its answer, as what is sealed in one, and as a request: refused, or what comes out
// is what goes in again. The first byte says which.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "binary_http.h"
#include "crypto/hmac.h"
#include "report/ohttp.h"

namespace {

using namespace kindgate;  // NOLINT(google-build-using-namespace)

void expect(bool condition) {
    if (!condition) std::abort();
}

// A request without its client: its answers can be sealed here.
report::OhttpState const& state() {
    static report::OhttpState const fixed{crypto::Aead::aes_128_gcm, Bytes(32, 1),
                                          crypto::Secret{ByteView{std::array<std::uint8_t, 16>{2}}}};
    return fixed;
}

// RFC 9458, 4.4, around what seal_reply() would never seal.
Bytes sealed(ByteView message) {
    Bytes const nonce(16, 3);
    Bytes salt = state().encapsulated;
    salt.insert(salt.end(), nonce.begin(), nonce.end());
    auto const extracted = crypto::hkdf_extract(salt, state().exported.view());
    auto const key = crypto::hkdf_expand(extracted.view(), bytes_of("key"), 16);
    crypto::AeadNonce aead_nonce{};
    std::ranges::copy(crypto::hkdf_expand(extracted.view(), bytes_of("nonce"), aead_nonce.size()).view(),
                      aead_nonce.begin());
    auto body = nonce;
    auto const cipher = crypto::seal(crypto::Aead::aes_128_gcm, key.view(), aead_nonce, {}, message);
    body.insert(body.end(), cipher.begin(), cipher.end());
    return body;
}

void keys(ByteView bytes) {
    auto const configs = report::decode_ohttp_keys(bytes);
    if (!configs.ok() || configs->empty()) return;
    auto const again = report::decode_ohttp_keys(report::encode_ohttp_keys(*configs));
    expect(again.ok() && *again == *configs);
    if (auto const chosen = report::choose(*configs); chosen.ok()) expect(chosen->suite().has_value());
}

void answer(ByteView bytes) {
    auto const reply = report::decapsulate(state(), bytes);
    if (reply.ok()) expect(reply->status >= 200 && reply->status <= 599);
}

void sealed_answer(ByteView bytes) {
    auto const reply = report::decapsulate(state(), sealed(bytes));
    expect(reply.ok() == report::decode_response(bytes).ok());
    if (!reply.ok()) return;
    auto const written = report::encode_response(*reply);
    expect(written.ok() && *report::decode_response(*written) == *reply);
}

void request(ByteView bytes) {
    auto const decoded = report::decode_request(bytes);
    if (!decoded.ok()) return;
    auto const written = report::encode_request(*decoded);
    expect(written.ok() && *report::decode_request(*written) == *decoded);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size == 0) return 0;
    static constexpr std::array ways{keys, answer, sealed_answer, request};
    ways[data[0] % ways.size()]({data + 1, size - 1});
    return 0;
}
