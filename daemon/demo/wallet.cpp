#include "demo/wallet.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "age/cbor_writer.h"
#include "cose_sign.h"

namespace kindgate::demo {

namespace {

using age::CborWriter;

// NN of age_over_NN (ISO/IEC 18013-5, 7.2.5).
std::optional<unsigned> years_of(std::string_view name) {
    constexpr std::string_view stem = "age_over_";
    if (name.size() != stem.size() + 2 || !name.starts_with(stem)) return std::nullopt;
    unsigned years = 0;
    auto const* const last = name.data() + name.size();
    auto const [stop, failed] = std::from_chars(name.data() + stem.size(), last, years);
    return failed == std::errc{} && stop == last ? std::optional{years} : std::nullopt;
}

// ISO/IEC 18013-5, 9.1.3: what the device signs, which says nothing of what is shown.
Bytes device_authentication(Attestation const& attestation, ByteView transcript, ByteView name_spaces) {
    CborWriter authentication;
    authentication.array(4).text("DeviceAuthentication").encoded(transcript).text(attestation.doc_type);
    authentication.encoded(name_spaces);
    return CborWriter{}.tag(24).bytes(authentication.view()).view();
}

Result<Attestation> in_part(Attestation const& attestation, std::vector<std::string> const& names) {
    Attestation part{attestation.doc_type, attestation.name_space, {}, attestation.issuer_auth};
    for (auto const& name : names) {
        auto const found = std::ranges::find(attestation.elements, name, &Attestation::Element::name);
        if (found == attestation.elements.end())
            return Error{ErrorCode::not_found, fmt::format("the attestation has no element '{}'", name)};
        part.elements.push_back(*found);
    }
    return part;
}

}  // namespace

std::optional<std::string> nearest_age(Attestation const& attestation, std::uint8_t min_age) {
    Attestation::Element const* nearest = nullptr;
    for (auto const& element : attestation.elements) {
        auto const years = years_of(element.name);
        if (!years || *years < min_age || !element.value.value_or(false)) continue;
        if (nearest == nullptr || *years < *years_of(nearest->name)) nearest = &element;
    }
    return nearest == nullptr ? std::nullopt : std::optional{nearest->name};
}

Result<Bytes> present(Attestation const& attestation, crypto::PrivateKey const& device, ByteView transcript,
                      Shown const& shown) {
    auto const part = KG_TRY(in_part(attestation, shown.elements));
    auto const name_spaces = CborWriter{}.tag(24).bytes(shown.device_name_spaces).view();
    auto const signature = KG_TRY(cose_sign1(device, CborWriter{}.map(0).view(),
                                             device_authentication(part, transcript, name_spaces), Payload::elsewhere));
    CborWriter response;
    response.map(3).text("version").text("1.0").text("documents").array(1).map(3);
    response.text("docType").text(part.doc_type).text("issuerSigned").encoded(part.encoded());
    response.text("deviceSigned").map(2).text("nameSpaces").encoded(name_spaces);
    response.text("deviceAuth").map(1).text("deviceSignature").encoded(signature);
    return response.text("status").number(0).view();
}

}  // namespace kindgate::demo
