#include "certificate_store.h"

#include <fmt/format.h>

#include "base/whole_file.h"
#include "control/daemon.h"
#include "policy/calendar.h"

namespace kindgate::control {

namespace {

constexpr std::size_t largest = 64 << 10;

bool expired(crypto::TlsIdentity const& identity, std::optional<policy::Instant> now) {
    return now && *now > identity.ends();
}

Result<crypto::TlsIdentity> load(CertificateFiles const& files, std::optional<policy::Instant> now) {
    auto const certificates = KG_TRY(read_file(files.certificate, largest));
    auto const key = KG_TRY(read_file(files.key, largest));
    auto identity = KG_TRY(crypto::TlsIdentity::from_pem(certificates, key));
    if (!identity.is_for(files.name->text()))
        return Error{ErrorCode::invalid_input,
                     fmt::format("it isn't for the board's public_name {}", files.name->text())};
    if (expired(identity, now))
        return Error{ErrorCode::invalid_input, fmt::format("it expired at {}", policy::rfc3339(identity.ends()))};
    return identity;
}

}  // namespace

Result<void> check_certificate(Board const& board) {
    if (!board.public_name) return {};
    auto const now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto const identity = load({board.certificate, board.certificate_key, board.public_name}, now);
    if (!identity.ok()) return identity.error().within(fmt::format("the certificate {}", board.certificate.string()));
    return {};
}

std::vector<std::filesystem::path> CertificateStore::files() const {
    if (!files_.name) return {};
    return {files_.certificate, files_.key};
}

void CertificateStore::read(std::optional<policy::Instant> now) {
    if (!files_.name) return;
    auto identity = load(files_, now);
    if (!identity.ok()) {
        auto const* const stays = in_force_ ? "the one in force stays" : "devices can't ask by TLS how long they have";
        return refuse(fmt::format("the certificate {} is refused, {}: {}", files_.certificate.string(), stays,
                                  identity.error().message()));
    }
    in_force_ = std::make_shared<crypto::TlsIdentity const>(*std::move(identity));
    refused_.clear();
    events_.tell(v1::Event::CERTIFICATE_IN_FORCE,
                 fmt::format("the certificate {} is in force, until {}", files_.certificate.string(),
                             policy::rfc3339(in_force_->ends())));
}

std::shared_ptr<crypto::TlsIdentity const> CertificateStore::get(std::optional<policy::Instant> now) {
    if (!in_force_ || !expired(*in_force_, now)) return in_force_;
    refuse(
        fmt::format("the certificate {} expired at {}: devices can't ask by TLS how long they have until it is renewed",
                    files_.certificate.string(), policy::rfc3339(in_force_->ends())));
    return nullptr;
}

void CertificateStore::refuse(std::string why) {
    if (why == refused_) return;
    refused_ = std::move(why);
    events_.tell(v1::Event::CERTIFICATE_REFUSED, refused_);
}

}  // namespace kindgate::control
