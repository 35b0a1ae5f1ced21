// Mbed TLS' PSA interface, ready for use.
#pragma once

#include <psa/crypto.h>

#include "base/bytes.h"

namespace kindgate::crypto {

// Initialises the library at the first call. False: it has no random numbers or was built without what we need.
bool psa_ready();

struct KeyUse {
    psa_key_type_t type = 0;
    psa_key_usage_t usage = 0;
    psa_algorithm_t algorithm = 0;
    std::size_t bits = 0;  // 0: as the key says
};

// A key in the library's table, which has few places: only while it is used.
class KeyHandle {
public:
    KeyHandle(ByteView key, KeyUse const& use);
    ~KeyHandle();
    KeyHandle(KeyHandle const&) = delete;
    KeyHandle& operator=(KeyHandle const&) = delete;

    bool valid() const { return valid_; }
    psa_key_id_t id() const { return id_; }

private:
    psa_key_id_t id_ = 0;
    bool valid_ = false;
};

}  // namespace kindgate::crypto
