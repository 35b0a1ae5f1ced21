// Any bytes as certificates, one or two: read or refused, and never one that the pinned authority signed.
#include <array>
#include <cstdlib>

#include "age_keys.h"
#include "crypto/certificate.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace kindgate;  // NOLINT(google-build-using-namespace)
    static auto const authority = crypto::Authority::from_pem(test::age_authority);
    static auto const use = crypto::object_identifier("1.0.18013.5.1.2");
    if (!authority.ok() || !use) std::abort();
    ByteView const bytes{data, size};
    std::array const whole{bytes};
    std::array const halves{bytes.first(size / 2), bytes.subspan(size / 2)};
    for (std::span<ByteView const> const chain : {std::span<ByteView const>{whole}, std::span<ByteView const>{halves}})
        if (crypto::check_chain(chain, *authority, *use, authority->begins()).fault == crypto::ChainFault::none)
            std::abort();
    static_cast<void>(crypto::object_identifier(text_of(bytes)));
    return 0;
}
