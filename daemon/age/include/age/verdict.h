// What comes of checking a proof of age.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "crypto/sha2.h"

namespace kindgate::age {

// Why a proof was taken or refused. The words (word()) are fixed: people's programs may read them.
enum class Reason : std::uint8_t {
    accepted,
    malformed,          // not of the form that its kind has
    unknown_type,       // a token of another type, a document of another kind
    unknown_key,        // a token's key that nobody trusts
    wrong_challenge,    // a token for another gate, device, category, issuer or time
    bad_signature,      // a token's, or the issuer's over a document
    too_young,          // proves less than is asked for
    untrusted_issuer,   // a document's certificate leads to no authority that is trusted
    certificate_dates,  // a certificate doesn't hold now
    certificate_use,    // a certificate is for another use
    wrong_algorithm,    // signed or digested otherwise than the profile says
    wrong_digest,       // an element is not what the issuer signed
    not_yet_valid,      // a document
    expired,            // a document
    extra_elements,     // tells more than an age
    unknown_handover,   // bound to a conversation of a kind that isn't taken
    wrong_device,       // the device's signature is missing, wrong or over another conversation
    device_mac,         // a MAC where a signature has to be (ISO/IEC 18013-5, 9.1.3.5: for proximity)
    clock_untrusted,    // the gate doesn't know the time
    not_allowed,        // the policy takes no such proof here
    not_now,            // something else closes the category: bedtime, learning time, a window
    replayed,           // shown before
    too_often,          // more proofs than the policy takes a day, or than a device may try
    unavailable,        // the gate couldn't write down that it was shown
};

std::string_view word(Reason reason);      // "wrong-challenge"
std::string_view sentence(Reason reason);  // for people, without its full stop

struct Verdict {
    Reason reason = Reason::malformed;
    std::uint8_t min_age = 0;        // years that are proved; 0 where refused
    crypto::Digest replay_digest{};  // of what may be shown once; only where accepted
    // The proof can't be accepted any more from here on, even if nobody remembers it: where accepted; none: never.
    std::optional<std::chrono::sys_seconds> dies{};

    bool accepted() const { return reason == Reason::accepted; }
};

inline Verdict refused(Reason reason) {
    return {.reason = reason};
}

}  // namespace kindgate::age
