// An issuer of attestations, a wallet and a gate that trusts the issuer. A test changes what shall be wrong.
#pragma once

#include "age/mdoc.h"
#include "age/session_transcript.h"
#include "demo/wallet.h"
#include "test.h"

namespace kindgate::test {

constexpr std::string_view use = "1.0.18013.5.1.2";
constexpr std::chrono::sys_seconds now = std::chrono::sys_days{std::chrono::year{2026} / 6 / 1};

struct Scene {
    static constexpr std::chrono::days day{1};

    demo::MdocIssuer::Wanted issuer{
        "issuer.example", std::string{use}, {now - 100 * day, now + 1000 * day}, {now - 50 * day, now + 400 * day}};
    crypto::PrivateKey device = crypto::PrivateKey::at_random();
    demo::AttestationWanted wanted{age::DocType::eu_age_verification,
                                   {{"age_over_16", true}, {"age_over_18", true}, {"age_over_21", false}},
                                   {now - day, now + 30 * day},
                                   value(device.public_key())};
    demo::Shown shown{{"age_over_18"}};
    crypto::PrivateKey presenting = device;
    Bytes transcript = transcript_for("nonce");
    std::string pinned{};  // "": the issuer's own authority
    std::string pinned_use{use};
    bool more_elements = false;
    std::uint8_t min_age = 16;

    static Bytes transcript_for(std::string_view nonce) {
        auto const uri = "https://gate.example/age/social/wallet";
        return age::redirect_transcript("redirect_uri:https://gate.example/age/social/wallet", nonce, {}, uri);
    }

    demo::Attestation issued(demo::MdocIssuer const& by) const {
        // A wallet has it from the issuer's bytes.
        return value(demo::Attestation::decode(value(by.issue(wanted)).encoded()));
    }
    Bytes response(demo::Attestation const& kept) const {
        return value(demo::present(kept, presenting, transcript, shown));
    }
    age::Provider provider(demo::MdocIssuer const& by) const {
        auto const authority = value(crypto::Authority::from_pem(pinned.empty() ? by.ca_pem() : pinned));
        return {"issuer.example", authority, pinned_use, wanted.doc_type, more_elements};
    }
    age::Verdict check(Bytes const& response, std::vector<age::Provider> providers) const {
        return age::MdocProof{response, transcript_for("nonce")}.check({{}, std::move(providers)}, {min_age, now});
    }

    age::Verdict verdict() const {
        auto const made = value(demo::MdocIssuer::create(issuer));
        return check(response(issued(made)), {provider(made)});
    }
};

}  // namespace kindgate::test
