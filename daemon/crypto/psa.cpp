#include "psa.h"

namespace kindgate::crypto {

bool psa_ready() {
    static bool const ready = psa_crypto_init() == PSA_SUCCESS;
    return ready;
}

KeyHandle::KeyHandle(ByteView key, KeyUse const& use) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_usage_flags(&attributes, use.usage);
    psa_set_key_algorithm(&attributes, use.algorithm);
    psa_set_key_type(&attributes, use.type);
    psa_set_key_bits(&attributes, use.bits);
    valid_ = psa_ready() && psa_import_key(&attributes, key.data(), key.size(), &id_) == PSA_SUCCESS;
}

KeyHandle::~KeyHandle() {
    if (valid_) psa_destroy_key(id_);
}

}  // namespace kindgate::crypto
