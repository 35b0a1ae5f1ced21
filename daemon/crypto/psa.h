// Mbed TLS' PSA interface, ready for use.
#pragma once

#include <psa/crypto.h>

namespace kindgate::crypto {

// Initialises the library at the first call. False: it has no random numbers or was built without what we need.
bool psa_ready();

}  // namespace kindgate::crypto
