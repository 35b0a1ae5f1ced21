#include "age/mdoc.h"

#include <algorithm>

#include "age/session_transcript.h"
#include "mdoc_document.h"

namespace kindgate::age {

namespace {

// NN of age_over_NN (ISO/IEC 18013-5, 7.2.5).
std::optional<std::uint8_t> years_of(std::string_view identifier) {
    constexpr std::string_view stem = "age_over_";
    if (identifier.size() != stem.size() + 2 || !identifier.starts_with(stem)) return std::nullopt;
    auto const tens = identifier[stem.size()];
    auto const ones = identifier[stem.size() + 1];
    if (tens < '0' || tens > '9' || ones < '0' || ones > '9') return std::nullopt;
    return static_cast<std::uint8_t>((tens - '0') * 10 + ones - '0');
}

bool is_age(Element const& element, DocType type) {
    return element.name_space == name_space(type) && years_of(element.identifier) && element.value;
}

// The nearest age at or above the threshold that is told to be reached. None: none is.
std::optional<std::uint8_t> proved(std::vector<Element> const& elements, DocType type, std::uint8_t min_age) {
    std::optional<std::uint8_t> nearest;
    for (auto const& element : elements) {
        if (!is_age(element, type) || !*element.value) continue;
        auto const years = *years_of(element.identifier);
        if (years >= min_age && (!nearest || years < *nearest)) nearest = years;
    }
    return nearest;
}

Reason reason_of(crypto::ChainFault fault) {
    switch (fault) {
        case crypto::ChainFault::none: return Reason::accepted;
        case crypto::ChainFault::malformed: return Reason::malformed;
        case crypto::ChainFault::untrusted: return Reason::untrusted_issuer;
        case crypto::ChainFault::dates: return Reason::certificate_dates;
        case crypto::ChainFault::use: return Reason::certificate_use;
    }
    return Reason::malformed;
}

// Who vouches for the document.
struct Vouched {
    Provider const* provider = nullptr;
    std::optional<crypto::PublicKey> signer{};
    Reason reason = Reason::unknown_type;  // of the provider that came nearest
};

Vouched find_provider(MdocDocument const& document, DocType type, Trust const& trust, std::chrono::sys_seconds now) {
    Vouched vouched;
    for (auto const& provider : trust.providers) {
        if (provider.doc_type != type) continue;
        auto const use = crypto::object_identifier(provider.use);
        auto const checked = crypto::check_chain(document.chain(), provider.authority, use.value_or(Bytes{}), now);
        auto const reason = reason_of(checked.fault);
        if (vouched.reason == Reason::unknown_type || vouched.reason == Reason::untrusted_issuer)
            vouched.reason = reason;
        if (reason != Reason::accepted) continue;
        return {&provider, checked.signer, reason};
    }
    return vouched;
}

}  // namespace

Verdict MdocProof::check(Trust const& trust, Question const& question) const {
    std::unique_ptr<MdocDocument> document;
    if (auto const reason = MdocDocument::read(response_, document); reason != Reason::accepted) return refused(reason);
    if (!is_known_transcript(transcript_)) return refused(Reason::unknown_handover);
    auto const type = doc_type(document->doc_type());
    if (!type) return refused(Reason::unknown_type);
    auto const vouched = find_provider(*document, *type, trust, question.now);
    if (vouched.provider == nullptr) return refused(vouched.reason);
    bool const more = document->device_tells() ||
                      !std::ranges::all_of(document->elements(), [&](auto const& one) { return is_age(one, *type); });
    if (more && !vouched.provider->more_elements) return refused(Reason::extra_elements);
    if (!document->issuer_signed(*vouched.signer)) return refused(Reason::bad_signature);
    if (question.now < document->valid_from()) return refused(Reason::not_yet_valid);
    if (question.now > document->valid_until()) return refused(Reason::expired);
    if (!document->digests_hold()) return refused(Reason::wrong_digest);
    auto const years = proved(document->elements(), *type, question.min_age);
    if (!years) return refused(Reason::too_young);
    if (!document->device_signed(transcript_)) return refused(Reason::wrong_device);
    return {Reason::accepted, *years, crypto::sha256(document->signed_by_issuer()), document->valid_until()};
}

}  // namespace kindgate::age
