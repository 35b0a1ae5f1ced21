// An mdoc attestation that tells an age (ISO/IEC 18013-5), shown for one conversation: the issuer's signature over
// digests of what it tells, and the signature of the device that it was issued to over the conversation. ES256 on P-256
// and SHA-256 only, as the EU's profile has it (av-doc-technical-specification, annex A, A.6).
#pragma once

#include "age/proof.h"
#include "base/bytes.h"

namespace kindgate::age {

class MdocProof final : public Proof {
public:
    static constexpr std::size_t largest = std::size_t{16} * 1024;  // octets; larger ones are malformed

    // A DeviceResponse (ISO/IEC 18013-5, 8.3.2.1.2.2) and the SessionTranscript of the conversation that it answers
    // (session_transcript.h).
    MdocProof(Bytes response, Bytes transcript) : response_(std::move(response)), transcript_(std::move(transcript)) {}

    Kind kind() const override { return Kind::mdoc; }
    // In this order: form, handover, kind of document, elements that may not be there, issuer's certificate, issuer's
    // signature, validity, digests, age, device's signature. The replay digest is of what the issuer signed.
    Verdict check(Trust const& trust, Question const& question) const override;

private:
    Bytes response_;
    Bytes transcript_;
};

}  // namespace kindgate::age
