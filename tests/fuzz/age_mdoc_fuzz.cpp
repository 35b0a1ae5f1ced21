// Any bytes as a DeviceResponse: no step of its check reads outside it, and nobody whom nobody trusts is accepted.
#include <cstdlib>

#include "age/mdoc.h"
#include "age/session_transcript.h"
#include "mdoc_document.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace kindgate;  // NOLINT(google-build-using-namespace)
    Bytes const response(data, data + size);
    static_cast<void>(age::is_known_transcript(response));
    static auto const transcript = age::dc_api_transcript("https://gate.example", "nonce", {});
    if (age::MdocProof{response, transcript}.check({}, {1, {}}).accepted()) std::abort();
    std::unique_ptr<age::MdocDocument> document;
    if (age::MdocDocument::read(response, document) != age::Reason::accepted) return 0;
    static_cast<void>(document->digests_hold());
    static_cast<void>(document->device_signed(transcript));
    return 0;
}
