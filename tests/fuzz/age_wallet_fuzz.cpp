// Any body as a wallet's answer, plain or encrypted: refused, or a presentation.
#include <cstdlib>

#include "age/openid4vp.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace kindgate;  // NOLINT(google-build-using-namespace)
    auto const body = text_of({data, size});
    auto const plain = age::read_wallet_answer(body, nullptr);
    if (plain.ok() && plain->response.empty()) std::abort();
    static auto const key =
        crypto::AgreementKey::from_bytes(crypto::Curve::p256, Bytes(32, 1));  // so that a run can be repeated
    if (key.ok()) static_cast<void>(age::read_wallet_answer(body, &*key));
    return 0;
}
