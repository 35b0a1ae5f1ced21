// Any bytes as a leader's answer to an upload, as an upload and as an opened share: refused, or what comes out is what
// went in.
#include <algorithm>
#include <cstdlib>

#include "report/upload.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace kindgate;  // NOLINT(google-build-using-namespace)
    ByteView const bytes{data, size};
    auto const same = [&](Bytes const& made) {
        if (!std::ranges::equal(made, bytes)) std::abort();
    };
    if (auto const refused = report::decode_upload_errors(bytes); refused.ok()) {
        same(report::encode_upload_errors(*refused));
        for (auto const& one : *refused)
            if (text(one.error).empty()) std::abort();
    }
    if (auto const reports = report::decode_upload(bytes); reports.ok()) same(report::encode_upload(*reports));
    if (auto const share = report::PlaintextInputShare::decode(bytes); share.ok()) same(share->encoded());
    return 0;
}
