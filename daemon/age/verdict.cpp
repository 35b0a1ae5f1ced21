#include "age/verdict.h"

namespace kindgate::age {

std::string_view word(Reason reason) {
    switch (reason) {
        case Reason::accepted: return "accepted";
        case Reason::malformed: return "malformed";
        case Reason::unknown_type: return "unknown-type";
        case Reason::unknown_key: return "unknown-key";
        case Reason::wrong_challenge: return "wrong-challenge";
        case Reason::bad_signature: return "bad-signature";
        case Reason::too_young: return "too-young";
        case Reason::untrusted_issuer: return "untrusted-issuer";
        case Reason::certificate_dates: return "certificate-dates";
        case Reason::certificate_use: return "certificate-use";
        case Reason::wrong_algorithm: return "wrong-algorithm";
        case Reason::wrong_digest: return "wrong-digest";
        case Reason::not_yet_valid: return "not-yet-valid";
        case Reason::expired: return "expired";
        case Reason::extra_elements: return "extra-elements";
        case Reason::unknown_handover: return "unknown-handover";
        case Reason::wrong_device: return "wrong-device";
        case Reason::device_mac: return "device-mac";
        case Reason::clock_untrusted: return "clock-untrusted";
        case Reason::not_allowed: return "not-allowed";
        case Reason::not_now: return "not-now";
        case Reason::replayed: return "replayed";
        case Reason::too_often: return "too-often";
        case Reason::unavailable: return "unavailable";
    }
    return {};
}

std::string_view sentence(Reason reason) {
    switch (reason) {
        case Reason::accepted: return "The proof is good";
        case Reason::malformed: return "This is no proof in the form that its kind has";
        case Reason::unknown_type: return "This kind of proof is not taken";
        case Reason::unknown_key: return "Nobody here trusts the key that signed it";
        case Reason::wrong_challenge: return "It was made for another gate, device, category or time";
        case Reason::bad_signature: return "Its signature is wrong";
        case Reason::too_young: return "It doesn't prove the age that is asked for";
        case Reason::untrusted_issuer: return "Nobody here trusts who issued it";
        case Reason::certificate_dates: return "A certificate of its issuer doesn't hold now";
        case Reason::certificate_use: return "The certificate of its issuer is for another use";
        case Reason::wrong_algorithm: return "It is signed in a way that isn't taken";
        case Reason::wrong_digest: return "What it says is not what its issuer signed";
        case Reason::not_yet_valid: return "It isn't valid yet";
        case Reason::expired: return "It has expired";
        case Reason::extra_elements: return "It tells more than an age";
        case Reason::unknown_handover: return "It belongs to a conversation of an unknown kind";
        case Reason::wrong_device: return "It isn't signed by the device that it was issued to, for this conversation";
        case Reason::device_mac: return "It has a MAC where a signature of its device has to be";
        case Reason::clock_untrusted: return "The gate doesn't know the time yet, so no proof can be checked";
        case Reason::not_allowed: return "No proof of this kind opens anything here";
        case Reason::not_now: return "A proof opens nothing now: show it when the internet is open again";
        case Reason::replayed: return "It was shown before";
        case Reason::too_often: return "Too many proofs: try again later";
        case Reason::unavailable: return "The gate couldn't write down that it was shown: try again";
    }
    return {};
}

}  // namespace kindgate::age
