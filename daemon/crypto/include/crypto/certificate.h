// Certificates of who signs documents (RFC 5280): from the signer's own to an authority that somebody pinned. Only
// ECDSA on P-256, P-384 or P-521 over SHA-256, SHA-384 or SHA-512; no revocation lists. One thread at a time.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/ecdsa.h"

namespace kindgate::crypto {

// An object identifier as DER has it, without type and length. "1.0.18013.5.1.2"; no such form: none.
std::optional<Bytes> object_identifier(std::string_view dotted);

// What is pinned. Copies share it.
class Authority {
public:
    // PEM: one certificate. More, none or an unknown form: invalid_input.
    static Result<Authority> from_pem(std::string_view pem);

    std::string const& subject() const { return subject_; }
    std::chrono::sys_seconds begins() const { return begins_; }
    std::chrono::sys_seconds ends() const { return ends_; }
    bool operator==(Authority const& other) const;

private:
    friend class ChainCheck;
    struct Parts;

    std::shared_ptr<Parts> parts_;
    std::string subject_;
    std::chrono::sys_seconds begins_;
    std::chrono::sys_seconds ends_;
};

enum class ChainFault : std::uint8_t {
    none,
    malformed,  // no certificate, more than three, too long, octets behind one, no key on P-256, or something critical
                // that nobody here knows
    untrusted,  // leads to another authority, a signature is wrong, or is made otherwise than is taken here
    dates,      // one of them doesn't hold at that moment, the authority's included
    use,        // the first is not for this use
};

// The public key of the chain's first certificate, the signer's, where the rest leads to the authority; or where it is
// the very certificate that was pinned. `use`: an extended key usage that the first must name, as
// object_identifier() has it. Nothing of the chain counts unless `fault` is none.
struct CheckedChain {
    ChainFault fault = ChainFault::malformed;
    std::optional<PublicKey> signer{};  // without a fault
};
CheckedChain check_chain(std::span<ByteView const> chain, Authority const& authority, ByteView use,
                         std::chrono::sys_seconds now);

}  // namespace kindgate::crypto
