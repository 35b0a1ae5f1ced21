#include "psa.h"

namespace kindgate::crypto {

bool psa_ready() {
    static bool const ready = psa_crypto_init() == PSA_SUCCESS;
    return ready;
}

}  // namespace kindgate::crypto
