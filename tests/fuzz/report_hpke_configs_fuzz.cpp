// Any bytes as an aggregator's HPKE configurations: refused, or what comes out is what went in, and what is chosen can
// be sealed for, or its key is none.
#include <algorithm>
#include <cstdlib>

#include "report/upload.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace kindgate;  // NOLINT(google-build-using-namespace)
    ByteView const bytes{data, size};
    auto const list = report::decode_hpke_configs(bytes);
    if (!list.ok()) return 0;
    if (!std::ranges::equal(report::encode(*list), bytes)) std::abort();
    auto const chosen = report::choose(*list);
    if (!chosen.ok()) return 0;
    auto const suite = chosen->suite();
    if (!suite) std::abort();
    static auto const p256 = crypto::AgreementKey::at_random(crypto::Curve::p256);
    static auto const x25519 = crypto::AgreementKey::at_random(crypto::Curve::x25519);
    auto const& ephemeral = suite->kem == crypto::Curve::p256 ? p256 : x25519;
    auto const sealed = report::seal({*chosen, ephemeral}, report::Aggregator::leader, {}, {{}, {1}});
    if (sealed.ok() && (sealed->config_id != chosen->id || sealed->encapsulated.empty())) std::abort();
    return 0;
}
