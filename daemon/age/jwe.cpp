#include "jwe.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "crypto/aead.h"
#include "crypto/sha2.h"
#include "foreign_json.h"

namespace kindgate::age {

namespace {

Error unreadable() {
    return {ErrorCode::invalid_input, "the answer isn't encrypted as it was asked for: ECDH-ES and A128GCM or A256GCM"};
}

void append_counted(Bytes& to, ByteView bytes) {
    for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<std::uint8_t>(bytes.size() >> shift & 0xffU));
    to.insert(to.end(), bytes.begin(), bytes.end());
}

// RFC 7518, 4.6.2: one round of Concat KDF is as long as any of the keys.
crypto::Secret content_key(crypto::Secret const& agreed, Json const& header, std::string const& encryption,
                           std::size_t size) {
    Bytes input{0, 0, 0, 1};
    input.insert(input.end(), agreed.view().begin(), agreed.view().end());
    append_counted(input, bytes_of(encryption));
    for (auto const* const party : {"apu", "apv"})
        append_counted(input, from_base64url(text_member(header, party).value_or("")).value_or(Bytes{}));
    auto const bits = static_cast<std::uint8_t>(size);
    for (std::uint8_t const byte : {std::uint8_t{0}, std::uint8_t{0}, static_cast<std::uint8_t>(bits >> 5U),
                                    static_cast<std::uint8_t>(bits << 3U)})
        input.push_back(byte);
    auto digest = crypto::sha256(ByteView{input});
    crypto::Secret key{ByteView{digest}.first(size)};
    crypto::wipe(input);
    crypto::wipe(digest);
    return key;
}

// The ephemeral key of the sender, uncompressed.
std::optional<Bytes> sender_key(Json const& header) {
    auto const& jwk = member(header, "epk");
    auto const x = from_base64url(text_member(jwk, "x").value_or(""));
    auto const y = from_base64url(text_member(jwk, "y").value_or(""));
    if (text_member(jwk, "kty") != "EC" || text_member(jwk, "crv") != "P-256" || !x || !y || x->size() != 32 ||
        y->size() != 32)
        return std::nullopt;
    Bytes point{4};
    point.insert(point.end(), x->begin(), x->end());
    point.insert(point.end(), y->begin(), y->end());
    return point;
}

std::optional<std::array<std::string_view, 5>> parts_of(std::string_view compact) {
    std::array<std::string_view, 5> parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        auto const dot = compact.find('.');
        if ((dot == std::string_view::npos) != (i == parts.size() - 1)) return std::nullopt;
        parts.at(i) = compact.substr(0, dot);
        compact.remove_prefix(std::min(parts.at(i).size() + 1, compact.size()));
    }
    return parts;
}

}  // namespace

Result<std::string> open_jwe(std::string_view compact, crypto::AgreementKey const& key) {
    auto const parts = parts_of(compact);
    if (!parts) return unreadable();
    auto const& [protected_header, encrypted_key, nonce_text, ciphertext, tag_text] = *parts;
    auto const header_text = from_base64url(protected_header);
    auto const header = read_json(header_text ? text_of(*header_text) : std::string_view{});
    if (text_member(header, "alg") != "ECDH-ES" || !encrypted_key.empty() || header.contains("crit") ||
        header.contains("zip"))
        return unreadable();
    auto const encryption = text_member(header, "enc").value_or("");
    if (encryption != "A128GCM" && encryption != "A256GCM") return unreadable();
    auto const aead = encryption == "A128GCM" ? crypto::Aead::aes_128_gcm : crypto::Aead::aes_256_gcm;
    auto const sender = sender_key(header);
    auto const nonce_bytes = from_base64url(nonce_text);
    auto sealed = from_base64url(ciphertext);
    auto const tag = from_base64url(tag_text);
    crypto::AeadNonce nonce{};
    if (!sender || !nonce_bytes || nonce_bytes->size() != nonce.size() || !sealed || !tag || tag->size() != 16)
        return unreadable();
    std::ranges::copy(*nonce_bytes, nonce.begin());
    sealed->insert(sealed->end(), tag->begin(), tag->end());
    auto const agreed = key.agree(*sender);
    if (!agreed.ok()) return unreadable();
    auto const content = content_key(*agreed, header, encryption, crypto::key_size(aead));
    auto const plain = crypto::open(aead, content.view(), nonce, bytes_of(protected_header), *sealed);
    if (!plain.ok()) return unreadable();
    return std::string{text_of(*plain)};
}

}  // namespace kindgate::age
