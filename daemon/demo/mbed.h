// Mbed TLS' keys and numbers as objects that free themselves, and where 2.28 and 3.6 differ: one form of each.
#pragma once

#include <mbedtls/bignum.h>
#include <mbedtls/pk.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>

#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "crypto/secret.h"

namespace kindgate::demo {

// What the library calls where it wants chance.
inline int random_octets(void*, unsigned char* to, std::size_t size) {
    crypto::fill_at_random({to, size});
    return 0;
}

class Key {
public:
    Key() { mbedtls_pk_init(&pk_); }
    ~Key() { mbedtls_pk_free(&pk_); }
    Key(Key const&) = delete;
    Key& operator=(Key const&) = delete;

    // False: no private key in PEM without a password.
    bool read_private(std::string_view pem) {
        std::string const text{pem};  // ends with the zero that the library wants
        auto const* const bytes = reinterpret_cast<unsigned char const*>(text.c_str());
#if MBEDTLS_VERSION_MAJOR < 3
        return mbedtls_pk_parse_key(&pk_, bytes, text.size() + 1, nullptr, 0) == 0;
#else
        return mbedtls_pk_parse_key(&pk_, bytes, text.size() + 1, nullptr, 0, random_octets, nullptr) == 0;
#endif
    }
    bool read_public(ByteView der) { return mbedtls_pk_parse_public_key(&pk_, der.data(), der.size()) == 0; }

    // This is the private key of that public one.
    bool fits(mbedtls_pk_context const& other) const {
#if MBEDTLS_VERSION_MAJOR < 3
        return mbedtls_pk_check_pair(&other, &pk_) == 0;
#else
        return mbedtls_pk_check_pair(&other, &pk_, random_octets, nullptr) == 0;
#endif
    }

    bool is_rsa() const { return mbedtls_pk_get_type(&pk_) == MBEDTLS_PK_RSA; }
    mbedtls_rsa_context& rsa() { return *mbedtls_pk_rsa(pk_); }
    mbedtls_pk_context& context() { return pk_; }

private:
    mbedtls_pk_context pk_{};
};

// A whole number. Big-endian as octets.
class Number {
public:
    Number() { mbedtls_mpi_init(&value_); }
    explicit Number(ByteView octets) : Number() {
        good_ = mbedtls_mpi_read_binary(&value_, octets.data(), octets.size()) == 0;
    }
    ~Number() { mbedtls_mpi_free(&value_); }
    Number(Number const&) = delete;
    Number& operator=(Number const&) = delete;

    mbedtls_mpi* raw() { return &value_; }
    mbedtls_mpi const* raw() const { return &value_; }
    // None: it doesn't fit.
    Bytes octets(std::size_t size) const {
        Bytes bytes(size);
        if (!good_ || mbedtls_mpi_write_binary(&value_, bytes.data(), size) != 0) return {};
        return bytes;
    }

private:
    mbedtls_mpi value_{};
    bool good_ = true;
};

// Big-endian, the first bit not set.
inline bool set_serial(mbedtls_x509write_cert& certificate, std::span<std::uint8_t> octets) {
#if MBEDTLS_VERSION_MAJOR < 3
    return mbedtls_x509write_crt_set_serial(&certificate, Number{octets}.raw()) == 0;
#else
    return mbedtls_x509write_crt_set_serial_raw(&certificate, octets.data(), octets.size()) == 0;
#endif
}

}  // namespace kindgate::demo
