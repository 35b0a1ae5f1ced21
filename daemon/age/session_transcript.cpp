#include "age/session_transcript.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "age/cbor_writer.h"
#include "cbor_items.h"

namespace kindgate::age {

namespace {

constexpr std::string_view redirect_handover = "OpenID4VPHandover";
constexpr std::string_view dc_api_handover = "OpenID4VPDCAPIHandover";
constexpr std::string_view iso_mdoc_handover = "dcapi";

// [null, null, [kind, SHA-256 of its information]]
Bytes transcript(std::string_view handover, CborWriter const& information) {
    auto const digest = crypto::sha256(ByteView{information.view()});
    return CborWriter{}.array(3).null().null().array(2).text(handover).bytes(digest).view();
}

void add(CborWriter& to, std::optional<crypto::Digest> const& thumbprint) {
    if (thumbprint)
        to.bytes(*thumbprint);
    else
        to.null();
}

}  // namespace

crypto::Digest key_thumbprint(ByteView point) {
    return crypto::sha256(fmt::format(R"({{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}})",
                                      base64url_unpadded(point.subspan(1, 32)),
                                      base64url_unpadded(point.subspan(33, 32))));
}

Bytes redirect_transcript(std::string_view client_id, std::string_view nonce,
                          std::optional<crypto::Digest> const& thumbprint, std::string_view response_uri) {
    CborWriter information;
    information.array(4).text(client_id).text(nonce);
    add(information, thumbprint);
    return transcript(redirect_handover, information.text(response_uri));
}

Bytes dc_api_transcript(std::string_view origin, std::string_view nonce,
                        std::optional<crypto::Digest> const& thumbprint) {
    CborWriter information;
    information.array(3).text(origin).text(nonce);
    add(information, thumbprint);
    return transcript(dc_api_handover, information);
}

Bytes iso_mdoc_transcript(std::string_view encryption_info, std::string_view origin) {
    return transcript(iso_mdoc_handover, CborWriter{}.array(2).text(encryption_info).text(origin));
}

bool is_known_transcript(ByteView transcript) {
    constexpr std::array known{redirect_handover, dc_api_handover, iso_mdoc_handover};
    auto const read = Cbor::read(transcript, {});
    if (!read) return false;
    auto const root = read->root();
    auto const handover = root.at(2);
    auto const digest = handover.at(1).bytes();
    return root.size() == 3 && root.at(0).is_null() && root.at(1).is_null() && handover.size() == 2 && digest &&
           digest->size() == std::tuple_size_v<crypto::Digest> &&
           std::ranges::find(known, handover.at(0).text().value_or("")) != known.end();
}

}  // namespace kindgate::age
