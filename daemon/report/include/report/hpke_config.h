// The aggregators' public keys (draft-ietf-ppm-dap-18, 4.4.1): what GET {aggregator}/hpke_config answers.
#pragma once

#include <span>
#include <vector>

#include "crypto/hpke.h"

namespace kindgate::report {

// As it is sent, also with algorithms that nobody here knows.
struct HpkeConfig {
    std::uint8_t id = 0;
    std::uint16_t kem = 0;   // RFC 9180, 7.1
    std::uint16_t kdf = 0;   // 7.2
    std::uint16_t aead = 0;  // 7.3
    Bytes public_key;
    bool operator==(HpkeConfig const&) const = default;

    // None: something of it isn't known here. Known are DHKEM on P-256 and X25519, HKDF-SHA256, AES-GCM and
    // ChaCha20-Poly1305.
    std::optional<crypto::hpke::Suite> suite() const;
};

HpkeConfig hpke_config(std::uint8_t id, crypto::hpke::Suite suite, ByteView public_key);

Bytes encode(std::span<HpkeConfig const> list);
// Cut, or with something behind it: invalid_input.
Result<std::vector<HpkeConfig>> decode_hpke_configs(ByteView bytes);

// The first whose algorithms are known and whose key has their form: the order is what who offers them prefers. There
// is none: unavailable.
Result<HpkeConfig> choose(std::span<HpkeConfig const> list);

// A configuration that choose() gave, and a key on its curve for one message alone.
struct Recipient {
    HpkeConfig config;
    crypto::AgreementKey ephemeral;
};

}  // namespace kindgate::report
