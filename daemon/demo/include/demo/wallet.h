// A wallet's side of an mdoc (ISO/IEC 18013-5): what it shows of a document, signed for one conversation.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "demo/attestation.h"

namespace kindgate::demo {

// The element that says the nearest age at or above this one to be reached: "age_over_18" for 17. None: no such.
std::optional<std::string> nearest_age(Attestation const& attestation, std::uint8_t min_age);

struct Shown {
    std::vector<std::string> elements;  // nothing else is told
    Bytes device_name_spaces{0xa0};     // CBOR, what the device itself tells: an empty map
};

// The DeviceResponse (8.3.2.1.2.2). `transcript`: the SessionTranscript (age/session_transcript.h). An element that the
// document doesn't have: not_found.
Result<Bytes> present(Attestation const& attestation, crypto::PrivateKey const& device, ByteView transcript,
                      Shown const& shown);

}  // namespace kindgate::demo
