#include "crypto/secret.h"

#include <cstdlib>

#include <mbedtls/platform_util.h>
// 2.28 forgets that C++ may read it.
extern "C" {
#include <mbedtls/constant_time.h>
}

#include "psa.h"

namespace kindgate::crypto {

void wipe(std::span<std::uint8_t> bytes) {
    if (!bytes.empty()) mbedtls_platform_zeroize(bytes.data(), bytes.size());
}

bool equal_in_constant_time(ByteView one, ByteView other) {
    return one.size() == other.size() && (one.empty() || mbedtls_ct_memcmp(one.data(), other.data(), one.size()) == 0);
}

void fill_at_random(std::span<std::uint8_t> bytes) {
    if (!psa_ready() || psa_generate_random(bytes.data(), bytes.size()) != PSA_SUCCESS) std::abort();
}

}  // namespace kindgate::crypto
