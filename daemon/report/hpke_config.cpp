#include "report/hpke_config.h"

#include <algorithm>

#include <fmt/format.h>

#include "hpke_pieces.h"

namespace kindgate::report {

namespace {

constexpr std::uint16_t kem_p256 = 0x0010;
constexpr std::uint16_t kem_x25519 = 0x0020;
constexpr std::uint16_t hkdf_sha256 = 0x0001;

}  // namespace

std::size_t key_size(crypto::Curve curve) {
    return curve == crypto::Curve::p256 ? 65 : 32;
}

std::optional<crypto::Curve> curve_of(std::uint16_t kem) {
    if (kem == kem_p256) return crypto::Curve::p256;
    if (kem == kem_x25519) return crypto::Curve::x25519;
    return std::nullopt;
}

Result<crypto::hpke::Suite> suite_of(HpkeConfig const& config) {
    if (auto const suite = config.suite()) return *suite;
    return Error{ErrorCode::invalid_input,
                 fmt::format("HPKE configuration {} has algorithms that Kindgate doesn't know", config.id)};
}

HpkeConfig read_hpke_config(Reader& reader) {
    auto const number = [&] { return static_cast<std::uint16_t>(reader.number(2)); };
    HpkeConfig config;
    config.id = static_cast<std::uint8_t>(reader.number(1));
    config.kem = number();
    config.kdf = number();
    config.aead = number();
    config.public_key = copied(reader.counted(2));
    return config;
}

void write(Writer& writer, HpkeConfig const& config) {
    writer.number(config.id, 1).number(config.kem, 2).number(config.kdf, 2).number(config.aead, 2);
    writer.counted(config.public_key, 2);
}

std::optional<crypto::hpke::Suite> HpkeConfig::suite() const {
    auto const curve = curve_of(kem);
    if (!curve || kdf != hkdf_sha256 || aead < 1 || aead > 3) return std::nullopt;
    return crypto::hpke::Suite{*curve, static_cast<crypto::Aead>(aead - 1)};
}

HpkeConfig hpke_config(std::uint8_t id, crypto::hpke::Suite suite, ByteView public_key) {
    return {.id = id,
            .kem = suite.kem == crypto::Curve::p256 ? kem_p256 : kem_x25519,
            .kdf = hkdf_sha256,
            .aead = static_cast<std::uint16_t>(static_cast<std::uint16_t>(suite.aead) + 1),
            .public_key = copied(public_key)};
}

Bytes encode(std::span<HpkeConfig const> list) {
    Writer configs;
    for (auto const& config : list) write(configs, config);
    return Writer{}.counted(configs.bytes(), 2).bytes();
}

Result<std::vector<HpkeConfig>> decode_hpke_configs(ByteView bytes) {
    Reader reader{bytes};
    Reader list{reader.counted(2)};
    std::vector<HpkeConfig> configs;
    while (!list.empty()) configs.push_back(read_hpke_config(list));
    if (!reader.ended() || !list.good())
        return Error{ErrorCode::invalid_input, "this is no list of HPKE configurations (DAP-18, 4.4.1)"};
    return configs;
}

Result<HpkeConfig> choose(std::span<HpkeConfig const> list) {
    auto const found = std::ranges::find_if(list, [](HpkeConfig const& config) {
        auto const suite = config.suite();
        return suite && config.public_key.size() == key_size(suite->kem);
    });
    if (found == list.end())
        return Error{
            ErrorCode::unavailable,
            "of the HPKE configurations that are offered none has algorithms that Kindgate knows (X25519 or P-256, "
            "HKDF-SHA256, AES-GCM or ChaCha20-Poly1305): there has to be another one"};
    return *found;
}

}  // namespace kindgate::report
