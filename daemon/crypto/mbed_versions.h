// Where Mbed TLS 2.28 and 3.6 differ: one form of each for the rest of the folder.
#pragma once

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>

#include "psa.h"

namespace kindgate::crypto {

// What the library calls where it wants chance.
inline int random_octets(void*, unsigned char* to, std::size_t size) {
    return psa_generate_random(to, size) == PSA_SUCCESS ? 0 : MBEDTLS_ERR_PK_BAD_INPUT_DATA;
}

#if MBEDTLS_VERSION_MAJOR < 3

inline int parse_key(mbedtls_pk_context& key, unsigned char const* bytes, std::size_t size) {
    return mbedtls_pk_parse_key(&key, bytes, size, nullptr, 0);
}
inline int check_pair(mbedtls_pk_context const& public_key, mbedtls_pk_context const& key) {
    return mbedtls_pk_check_pair(&public_key, &key);
}
// TLS 1.2 or later.
inline void set_floor(mbedtls_ssl_config& config) {
    mbedtls_ssl_conf_min_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
}

#else

inline int parse_key(mbedtls_pk_context& key, unsigned char const* bytes, std::size_t size) {
    return mbedtls_pk_parse_key(&key, bytes, size, nullptr, 0, random_octets, nullptr);
}
inline int check_pair(mbedtls_pk_context const& public_key, mbedtls_pk_context const& key) {
    return mbedtls_pk_check_pair(&public_key, &key, random_octets, nullptr);
}
// It knows nothing older than TLS 1.2.
inline void set_floor(mbedtls_ssl_config&) {}

#endif

}  // namespace kindgate::crypto
