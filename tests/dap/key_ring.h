// An aggregator's HPKE keys: the newest is shown, older ones are known and no longer taken.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "report/upload.h"

namespace kindgate::dap {

struct OwnKey {
    crypto::AgreementKey key;
    report::HpkeConfig config;

    static OwnKey at_random(std::uint8_t id);
    static Result<OwnKey> create(std::uint8_t id, ByteView key);
};

class KeyRing {
public:
    // One key.
    KeyRing();
    // A line a key, id and private key, the newest last; what text() gives. Another form, none: invalid_input.
    static Result<KeyRing> parse(std::string_view text);
    std::string text() const;

    OwnKey const& newest() const { return keys_.back(); }
    void rotate();
    // Rotates when this is wanted and wasn't the last time; true: it did.
    bool rotate_once(bool wanted);

    // What is sealed for the newest key, or the code of what a client is told.
    std::expected<report::PlaintextInputShare, report::ReportError> open(report::Aggregator who, ByteView aad,
                                                                         report::HpkeCiphertext const& sealed) const;

private:
    explicit KeyRing(std::vector<OwnKey> keys) : keys_(std::move(keys)) {}

    std::vector<OwnKey> keys_;
    bool rotated_ = false;
};

}  // namespace kindgate::dap
