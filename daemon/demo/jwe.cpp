#include "demo/jwe.h"

#include <array>

#include <fmt/format.h>

#include "crypto/aead.h"
#include "crypto/sha2.h"
#include "foreign_json.h"

namespace kindgate::demo {

namespace {

constexpr std::size_t tag_size = 16;

crypto::Aead aead_of(Encryption encryption) {
    return encryption == Encryption::a128gcm ? crypto::Aead::aes_128_gcm : crypto::Aead::aes_256_gcm;
}

void append_number(Bytes& to, std::size_t number) {
    for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<std::uint8_t>(number >> shift & 0xffU));
}

void append_counted(Bytes& to, std::string_view text) {
    append_number(to, text.size());
    to.insert(to.end(), text.begin(), text.end());
}

std::string header_of(JweReceiver const& receiver, ByteView ephemeral) {
    Json header{{"alg", "ECDH-ES"},
                {"enc", text(receiver.encryption)},
                {"epk",
                 {{"kty", "EC"},
                  {"crv", "P-256"},
                  {"x", base64url_unpadded(ephemeral.subspan(1, 32))},
                  {"y", base64url_unpadded(ephemeral.subspan(33, 32))}}}};
    if (!receiver.key_id.empty()) header["kid"] = receiver.key_id;
    return base64url_unpadded(bytes_of(json_text(header)));
}

}  // namespace

std::string_view text(Encryption encryption) {
    return encryption == Encryption::a128gcm ? "A128GCM" : "A256GCM";
}

std::optional<Encryption> encryption(std::string_view text) {
    for (auto const one : {Encryption::a128gcm, Encryption::a256gcm})
        if (demo::text(one) == text) return one;
    return std::nullopt;
}

crypto::Secret concat_kdf(crypto::Secret const& shared, std::string_view algorithm, std::string_view party_u,
                          std::string_view party_v, std::size_t size) {
    Bytes input;
    input.reserve(256);  // no copy of the secret is left behind
    append_number(input, 1);
    input.insert(input.end(), shared.view().begin(), shared.view().end());
    append_counted(input, algorithm);
    append_counted(input, party_u);
    append_counted(input, party_v);
    append_number(input, size * 8);
    auto digest = crypto::sha256(ByteView{input});
    crypto::wipe(input);
    crypto::Secret key{ByteView{digest}.first(size)};
    crypto::wipe(digest);
    return key;
}

Result<std::string> encrypt_jwe(JweReceiver const& receiver, ByteView plain) {
    auto const ephemeral = crypto::AgreementKey::at_random(crypto::Curve::p256);
    auto const shared = KG_TRY(ephemeral.agree(receiver.point));
    auto const aead = aead_of(receiver.encryption);
    auto const key = concat_kdf(shared, text(receiver.encryption), "", "", crypto::key_size(aead));
    auto const header = header_of(receiver, ephemeral.public_key());
    crypto::AeadNonce nonce{};
    crypto::fill_at_random(nonce);
    auto const sealed = crypto::seal(aead, key.view(), nonce, bytes_of(header), plain);
    ByteView const whole{sealed};
    // No encrypted key stands between the dots: the agreed one is used as it is.
    return fmt::format("{}..{}.{}.{}", header, base64url_unpadded(nonce),
                       base64url_unpadded(whole.first(whole.size() - tag_size)),
                       base64url_unpadded(whole.last(tag_size)));
}

}  // namespace kindgate::demo
