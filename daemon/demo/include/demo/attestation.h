// Age attestations as mdoc (ISO/IEC 18013-5), as an issuer makes them and a wallet keeps them. What is wrong with one
// can be asked for, so that a verifier can be tried: see AttestationWanted.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "age/trust.h"
#include "base/bytes.h"
#include "base/result.h"
#include "crypto/ecdsa.h"

namespace kindgate::demo {

struct Validity {
    std::chrono::sys_seconds from{};
    std::chrono::sys_seconds until{};
};

// One thing that a document tells: {"age_over_16", true}.
struct Claim {
    std::string name;
    std::variant<bool, std::string> value;
};

struct AttestationWanted {
    age::DocType doc_type = age::DocType::eu_age_verification;
    std::vector<Claim> claims;
    Validity validity;
    crypto::PublicKey device;  // the wallet's key: only it can present the document
    // What makes it wrong.
    std::string digest_algorithm = "SHA-256";  // as it is named; digests are of SHA-256 all the same
    std::string wrong_digest{};                // the claim whose digest is of something else; "": none
};

// A document as a wallet keeps it: everything that the issuer signed, to be shown in part.
struct Attestation {
    struct Element {
        std::string name;
        std::optional<bool> value{};  // none: no boolean
        Bytes item;                   // IssuerSignedItemBytes, #6.24(bstr)
    };

    std::string doc_type;
    std::string name_space;
    std::vector<Element> elements;
    Bytes issuer_auth;  // COSE_Sign1

    // IssuerSigned (ISO/IEC 18013-5, 8.3.2.1.2.2): how an issuer hands it out.
    Bytes encoded() const;
    // Of one name space. Anything else: invalid_input. Signatures and digests are for verifiers to check.
    static Result<Attestation> decode(ByteView issuer_signed);
};

// An authority and the signer that it vouches for. One thread at a time.
class MdocIssuer {
public:
    struct Wanted {
        std::string name;    // in both certificates: "issuer.example"
        std::string use;     // extended key usage of the signer's, an OID in numbers with dots: "1.0.18013.5.1.2"
        Validity authority;  // the dates of its certificate
        Validity signer;
    };
    // Both keys are new. The authority's is forgotten, so it never vouches for anybody else.
    static Result<MdocIssuer> create(Wanted const& wanted);
    // As ca_pem(), signer_pem() and key_pem() gave it.
    static Result<MdocIssuer> load(std::string_view ca_pem, std::string_view signer_pem, std::string_view key_pem);

    std::string const& ca_pem() const { return ca_pem_; }  // what verifiers pin
    std::string const& signer_pem() const { return signer_pem_; }
    Result<std::string> key_pem() const { return key_.to_pem(); }  // the signer's: secret

    Result<Attestation> issue(AttestationWanted const& wanted) const;

private:
    MdocIssuer(std::string ca_pem, std::string signer_pem, Bytes signer_der, crypto::PrivateKey key)
        : ca_pem_(std::move(ca_pem)),
          signer_pem_(std::move(signer_pem)),
          signer_der_(std::move(signer_der)),
          key_(key) {}

    std::string ca_pem_;
    std::string signer_pem_;
    Bytes signer_der_;
    crypto::PrivateKey key_;
};

}  // namespace kindgate::demo
