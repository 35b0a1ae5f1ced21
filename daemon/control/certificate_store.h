// The certificate that the board names, and its key, as files: read again when they change.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/board.h"
#include "crypto/tls.h"
#include "event_hub.h"

namespace kindgate::control {

struct CertificateFiles {
    std::filesystem::path certificate;
    std::filesystem::path key;
    std::optional<content::dns::Name> name;  // none: the board has none, and needs no certificate
};

// `now` is none while the clock can't be trusted: then nothing counts as expired.
class CertificateStore {
public:
    // The hub must outlive this object.
    CertificateStore(Board const& board, EventHub& events)
        : files_{board.certificate, board.certificate_key, board.public_name}, events_(events) {}

    // What is wrong is told once, and the one in force stays.
    void read(std::optional<policy::Instant> now);
    // Null: there is none, or it has expired, which is told once.
    std::shared_ptr<crypto::TlsIdentity const> get(std::optional<policy::Instant> now);
    // One is in force, whether it has expired or not.
    bool is_there() const { return in_force_ != nullptr; }
    // Empty where the board names none.
    std::vector<std::filesystem::path> files() const;

private:
    void refuse(std::string why);

    CertificateFiles files_;
    EventHub& events_;
    std::shared_ptr<crypto::TlsIdentity const> in_force_;
    std::string refused_;  // what was told last
};

}  // namespace kindgate::control
