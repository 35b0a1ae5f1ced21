#include "report/ohttp.h"

#include <algorithm>

#include "binary_http.h"
#include "crypto/hmac.h"
#include "hpke_pieces.h"

namespace kindgate::report {

namespace {

Error no_keys() {
    return {ErrorCode::invalid_input, "this is no list of OHTTP keys (RFC 9458, 3.2)"};
}

bool of_one_key(HpkeConfig const& one, HpkeConfig const& other) {
    return one.id == other.id && one.kem == other.kem && one.public_key == other.public_key;
}

// RFC 9458, 4.3, hdr.
Bytes header(HpkeConfig const& config) {
    return Writer{}.number(config.id, 1).number(config.kem, 2).number(config.kdf, 2).number(config.aead, 2).bytes();
}

Bytes info(HpkeConfig const& config) {
    return Writer{}.put(bytes_of("message/bhttp request")).number(0, 1).put(header(config)).bytes();
}

OhttpState state_of(crypto::hpke::Suite suite, ByteView encapsulated, crypto::hpke::Context const& context) {
    // max(Nn, Nk): no known key is shorter than a nonce.
    return {suite.aead, copied(encapsulated),
            context.exported(bytes_of("message/bhttp response"), crypto::key_size(suite.aead))};
}

struct ResponseKey {
    crypto::Secret key;
    crypto::AeadNonce nonce{};
};

// RFC 9458, 4.4, 3 to 5.
ResponseKey response_key(OhttpState const& state, ByteView response_nonce) {
    auto const salt = Writer{}.put(state.encapsulated).put(response_nonce).bytes();
    auto const extracted = crypto::hkdf_extract(salt, state.exported.view());
    ResponseKey made{crypto::hkdf_expand(extracted.view(), bytes_of("key"), crypto::key_size(state.aead))};
    auto const nonce = crypto::hkdf_expand(extracted.view(), bytes_of("nonce"), made.nonce.size());
    std::ranges::copy(nonce.view(), made.nonce.begin());
    return made;
}

}  // namespace

Result<std::vector<HpkeConfig>> decode_ohttp_keys(ByteView bytes) {
    Reader reader{bytes};
    std::vector<HpkeConfig> configs;
    do {
        Reader key{reader.counted(2)};
        HpkeConfig config;
        config.id = static_cast<std::uint8_t>(key.number(1));
        config.kem = static_cast<std::uint16_t>(key.number(2));
        if (!key.good()) return no_keys();
        auto const curve = curve_of(config.kem);
        // How long its public key is, and so where the rest begins, nobody here knows.
        if (!curve) continue;
        config.public_key = copied(key.take(key_size(*curve)));
        Reader algorithms{key.counted(2, 4)};
        if (!key.ended()) return no_keys();
        while (!algorithms.empty()) {
            config.kdf = static_cast<std::uint16_t>(algorithms.number(2));
            config.aead = static_cast<std::uint16_t>(algorithms.number(2));
            if (!algorithms.good()) return no_keys();
            configs.push_back(config);
        }
    } while (!reader.empty());
    if (!reader.good()) return no_keys();
    return configs;
}

Bytes encode_ohttp_keys(std::span<HpkeConfig const> configs) {
    Writer keys;
    while (!configs.empty()) {
        auto const& first = configs.front();
        auto const end = std::ranges::find_if_not(configs, [&](auto const& one) { return of_one_key(one, first); });
        auto const count = static_cast<std::size_t>(end - configs.begin());
        Writer algorithms;
        for (auto const& one : configs.first(count)) algorithms.number(one.kdf, 2).number(one.aead, 2);
        Writer key;
        key.number(first.id, 1).number(first.kem, 2).put(first.public_key).counted(algorithms.bytes(), 2);
        keys.counted(key.bytes(), 2);
        configs = configs.subspan(count);
    }
    return keys.bytes();
}

Result<EncapsulatedRequest> encapsulate(HttpRequest const& request, Recipient const& gateway) {
    auto const message = KG_TRY(encode_request(request));
    auto const suite = KG_TRY(suite_of(gateway.config));
    auto sender =
        KG_TRY(crypto::hpke::set_up_sender(suite, gateway.config.public_key, info(gateway.config), gateway.ephemeral));
    auto const sealed = sender.context.seal({}, message);
    return EncapsulatedRequest{Writer{}.put(header(gateway.config)).put(sender.encapsulated).put(sealed).bytes(),
                               state_of(suite, sender.encapsulated, sender.context)};
}

Result<HttpReply> decapsulate(OhttpState const& state, ByteView body) {
    auto const nonce_size = std::min(crypto::key_size(state.aead), body.size());
    auto const [key, nonce] = response_key(state, body.first(nonce_size));
    return decode_response(KG_TRY(crypto::open(state.aead, key.view(), nonce, {}, body.subspan(nonce_size))));
}

Result<OpenedRequest> open_request(std::span<HpkeConfig const> offered, crypto::AgreementKey const& key,
                                   ByteView body) {
    auto const config =
        std::ranges::find_if(offered, [&](auto const& one) { return text_of(body).starts_with(text_of(header(one))); });
    if (config == offered.end())
        return Error{ErrorCode::invalid_input, "the request is sealed for another key or with other algorithms"};
    auto const suite = KG_TRY(suite_of(*config));
    Reader reader{body.subspan(header(*config).size())};
    auto const encapsulated = reader.take(key_size(suite.kem));
    auto context = KG_TRY(crypto::hpke::set_up_receiver(suite, encapsulated, key, info(*config)));
    auto const message = KG_TRY(context.open({}, reader.rest()));
    return OpenedRequest{KG_TRY(decode_request(message)), state_of(suite, encapsulated, context)};
}

Result<Bytes> seal_reply(OhttpState const& state, HttpReply const& reply, RandomSource& random) {
    auto const message = KG_TRY(encode_response(reply));
    Bytes response_nonce(crypto::key_size(state.aead));
    random.fill(response_nonce);
    auto const [key, nonce] = response_key(state, response_nonce);
    return Writer{}.put(response_nonce).put(crypto::seal(state.aead, key.view(), nonce, {}, message)).bytes();
}

}  // namespace kindgate::report
