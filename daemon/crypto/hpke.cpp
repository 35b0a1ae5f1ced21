#include "crypto/hpke.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <initializer_list>

#include "crypto/hmac.h"

namespace kindgate::crypto::hpke {

namespace {

constexpr std::size_t secret_size = 32;

template <std::size_t Size>
using Fixed = std::array<std::uint8_t, Size>;

constexpr std::uint8_t id_of(Curve curve) {
    return curve == Curve::p256 ? 0x10 : 0x20;
}

constexpr std::uint8_t id_of(Aead aead) {
    return static_cast<std::uint8_t>(static_cast<std::uint8_t>(aead) + 1);
}

// RFC 9180, 4.1 and 5.1: what is mixed into every step.
Fixed<5> kem_id(Curve curve) {
    return {'K', 'E', 'M', 0, id_of(curve)};
}
Fixed<10> suite_id(Suite suite) {
    return {'H', 'P', 'K', 'E', 0, id_of(suite.kem), 0, 1, 0, id_of(suite.aead)};
}

// Pieces one after the other; wiped with what is secret of them.
Secret joined(std::initializer_list<ByteView> pieces) {
    std::size_t size = 0;
    for (auto const piece : pieces) size += piece.size();
    Secret whole{size};
    auto at = whole.place().begin();
    for (auto const piece : pieces) at = std::ranges::copy(piece, at).out;
    return whole;
}

// RFC 9180, 4.
Secret extract(ByteView suite, ByteView salt, std::string_view label, ByteView material) {
    auto const labeled = joined({bytes_of("HPKE-v1"), suite, bytes_of(label), material});
    return hkdf_extract(salt, labeled.view());
}

Secret expand(ByteView suite, ByteView key, std::string_view label, ByteView info, std::size_t size) {
    Fixed<2> const length{static_cast<std::uint8_t>(size >> 8U), static_cast<std::uint8_t>(size & 0xffU)};
    auto const labeled = joined({length, bytes_of("HPKE-v1"), suite, bytes_of(label), info});
    return hkdf_expand(key, labeled.view(), size);
}

// RFC 9180, 4.1, ExtractAndExpand.
Secret shared_secret(Curve curve, Secret const& agreed, ByteView encapsulated, ByteView receiver) {
    auto const suite = kem_id(curve);
    auto const context = joined({encapsulated, receiver});
    auto const key = extract(suite, {}, "eae_prk", agreed.view());
    return expand(suite, key.view(), "shared_secret", context.view(), secret_size);
}

}  // namespace

Result<AgreementKey> derive_key(Curve curve, ByteView material) {
    auto const suite = kem_id(curve);
    auto const key = extract(suite, {}, "dkp_prk", material);
    if (curve == Curve::x25519)
        return AgreementKey::from_bytes(curve, expand(suite, key.view(), "sk", {}, secret_size).view());
    for (unsigned counter = 0; counter < 256; ++counter) {
        auto const count = static_cast<std::uint8_t>(counter);
        auto const candidate = expand(suite, key.view(), "candidate", {&count, 1}, secret_size);
        if (auto made = AgreementKey::from_bytes(curve, candidate.view()); made.ok()) return made;
    }
    return Error{ErrorCode::invalid_input, "no private key comes of this"};
}

// RFC 9180, 5.1, KeySchedule in mode base.
Context::Context(Suite suite, ByteView shared_secret, ByteView info) : suite_(suite) {
    auto const id = suite_id(suite);
    Fixed<1> const mode{0};
    auto const psk_id_hash = extract(id, {}, "psk_id_hash", {});
    auto const info_hash = extract(id, {}, "info_hash", info);
    auto const context = joined({mode, psk_id_hash.view(), info_hash.view()});
    auto const secret = extract(id, shared_secret, "secret", {});
    key_ = expand(id, secret.view(), "key", context.view(), key_size(suite.aead));
    base_nonce_ = expand(id, secret.view(), "base_nonce", context.view(), std::tuple_size_v<AeadNonce>);
    exporter_ = expand(id, secret.view(), "exp", context.view(), secret_size);
}

AeadNonce Context::next_nonce() const {
    AeadNonce nonce{};
    std::ranges::copy(base_nonce_.view(), nonce.begin());
    for (std::size_t i = 0; i < sizeof sequence_; ++i)
        nonce[nonce.size() - 1 - i] ^= static_cast<std::uint8_t>(sequence_ >> (8 * i) & 0xffU);
    return nonce;
}

Bytes Context::seal(ByteView aad, ByteView plain) {
    auto sealed = crypto::seal(suite_.aead, key_.view(), next_nonce(), aad, plain);
    ++sequence_;
    return sealed;
}

Result<Bytes> Context::open(ByteView aad, ByteView sealed) {
    auto plain = KG_TRY(crypto::open(suite_.aead, key_.view(), next_nonce(), aad, sealed));
    ++sequence_;
    return plain;
}

Secret Context::exported(ByteView context, std::size_t size) const {
    return expand(suite_id(suite_), exporter_.view(), "sec", context, size);
}

Result<Sender> set_up_sender(Suite suite, ByteView receiver, ByteView info, AgreementKey const& ephemeral) {
    assert(ephemeral.curve() == suite.kem);
    auto const agreed = KG_TRY(ephemeral.agree(receiver));
    auto const secret = shared_secret(suite.kem, agreed, ephemeral.public_key(), receiver);
    return Sender{ephemeral.public_key(), Context{suite, secret.view(), info}};
}

Result<Context> set_up_receiver(Suite suite, ByteView encapsulated, AgreementKey const& receiver, ByteView info) {
    assert(receiver.curve() == suite.kem);
    auto const agreed = KG_TRY(receiver.agree(encapsulated));
    auto const secret = shared_secret(suite.kem, agreed, encapsulated, receiver.public_key());
    return Context{suite, secret.view(), info};
}

}  // namespace kindgate::crypto::hpke
