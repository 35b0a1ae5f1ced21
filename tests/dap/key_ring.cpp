#include "key_ring.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace kindgate::dap {

namespace {

// What every client knows (DAP-18, 6).
constexpr crypto::hpke::Suite suite{crypto::Curve::x25519, crypto::Aead::aes_128_gcm};

OwnKey own(std::uint8_t id, crypto::AgreementKey key) {
    auto config = report::hpke_config(id, suite, key.public_key());
    return {std::move(key), std::move(config)};
}

}  // namespace

OwnKey OwnKey::at_random(std::uint8_t id) {
    return own(id, crypto::AgreementKey::at_random(suite.kem));
}

Result<OwnKey> OwnKey::create(std::uint8_t id, ByteView key) {
    return own(id, KG_TRY(crypto::AgreementKey::from_bytes(suite.kem, key)));
}

KeyRing::KeyRing() : keys_{OwnKey::at_random(1)} {}

Result<KeyRing> KeyRing::parse(std::string_view text) {
    std::vector<OwnKey> keys;
    while (!text.empty()) {
        auto const line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        auto const blank = line.find(' ');
        std::uint8_t id = 0;
        auto const read = std::from_chars(line.data(), line.data() + std::min(blank, line.size()), id);
        auto const key = from_hex(blank == std::string_view::npos ? "" : line.substr(blank + 1));
        if (read.ec != std::errc{} || !key)
            return Error{ErrorCode::invalid_input, "a line of keys is no id with 32 octets in hexadecimal"};
        keys.push_back(KG_TRY(OwnKey::create(id, *key)));
    }
    if (keys.empty()) return Error{ErrorCode::invalid_input, "there is no key"};
    return KeyRing{std::move(keys)};
}

std::string KeyRing::text() const {
    std::string text;
    for (auto const& one : keys_) text += fmt::format("{} {}\n", one.config.id, hex(one.key.key()));
    return text;
}

void KeyRing::rotate() {
    keys_.push_back(OwnKey::at_random(static_cast<std::uint8_t>(newest().config.id + 1U)));
}

bool KeyRing::rotate_once(bool wanted) {
    bool const rotates = wanted && !rotated_;
    rotated_ = wanted;
    if (rotates) rotate();
    return rotates;
}

std::expected<report::PlaintextInputShare, report::ReportError> KeyRing::open(
    report::Aggregator who, ByteView aad, report::HpkeCiphertext const& sealed) const {
    auto const& [key, config] = newest();
    if (sealed.config_id != config.id) {
        bool const old = std::ranges::any_of(keys_, [&](auto const& one) { return one.config.id == sealed.config_id; });
        return std::unexpected{old ? report::ReportError::outdated_config
                                   : report::ReportError::hpke_unknown_config_id};
    }
    auto share = report::open(config, key, who, aad, sealed);
    if (!share.ok()) return std::unexpected{report::ReportError::hpke_decrypt_error};
    return std::move(share).value();
}

}  // namespace kindgate::dap
