// An mdoc in its parts, and each step of its check by itself (ISO/IEC 18013-5, 9.1.2 and 9.1.3).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "age/verdict.h"
#include "cbor_items.h"
#include "crypto/ecdsa.h"

namespace kindgate::age {

// A COSE_Sign1 (RFC 9052, 4.2); borrows.
struct CoseSign1 {
    ByteView protected_header;
    Cbor::Item unprotected;
    ByteView payload;  // empty: it is elsewhere
    crypto::Signature signature{};
};

// What the document tells: borrows from its item.
struct Element {
    std::string_view name_space;
    ByteView encoded;  // #6.24(bstr), whole: what its digest is over
    std::string_view identifier;
    std::uint64_t digest_id = 0;
    std::optional<bool> value{};  // none: no boolean
};

// tdate (RFC 8949, 3.4.1; RFC 3339 in UTC); fractions of a second are cut off.
std::optional<std::chrono::sys_seconds> read_tdate(Cbor::Item const& item);

// A DeviceResponse with one document, read. It borrows the response's bytes and stays where it was made.
class MdocDocument {
public:
    // `accepted`: it could be read. Else malformed, wrong_algorithm or device_mac.
    static Reason read(ByteView response, std::unique_ptr<MdocDocument>& document);

    std::string_view doc_type() const { return doc_type_; }
    std::vector<Element> const& elements() const { return elements_; }
    // The signer's certificate and what follows it.
    std::vector<ByteView> const& chain() const { return chain_; }
    // What the issuer signed.
    ByteView signed_by_issuer() const { return issuer_auth_.payload; }
    std::chrono::sys_seconds valid_from() const { return valid_from_; }
    std::chrono::sys_seconds valid_until() const { return valid_until_; }
    // The device itself tells something, too: nobody vouches for it.
    bool device_tells() const { return device_tells_; }

    bool issuer_signed(crypto::PublicKey const& signer) const;
    // Each element is what the issuer signed a digest of.
    bool digests_hold() const;
    bool device_signed(ByteView transcript) const;

private:
    MdocDocument() = default;
    Reason read_response(ByteView response);
    Reason read_elements(Cbor::Item const& name_spaces);
    Reason read_element(std::string_view name_space, Cbor::Item const& item);
    Reason read_chain();
    Reason read_mso();
    Reason read_device(Cbor::Item const& device_signed);

    std::optional<Cbor> response_;
    std::optional<Cbor> mso_;
    std::vector<std::unique_ptr<Cbor>> inner_;
    std::string_view doc_type_;
    std::vector<Element> elements_;
    CoseSign1 issuer_auth_;
    std::vector<ByteView> chain_;
    Cbor::Item value_digests_;
    std::chrono::sys_seconds valid_from_{};
    std::chrono::sys_seconds valid_until_{};
    std::optional<crypto::PublicKey> device_key_;
    ByteView device_name_spaces_;  // #6.24(bstr), whole
    bool device_tells_ = false;
    CoseSign1 device_signature_;
};

}  // namespace kindgate::age
