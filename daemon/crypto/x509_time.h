// Mbed TLS' dates.
#pragma once

#include <chrono>

#include <mbedtls/x509.h>

namespace kindgate::crypto {

inline std::chrono::sys_seconds instant_of(mbedtls_x509_time const& time) {
    auto const day = std::chrono::year{time.year} / time.mon / time.day;
    return std::chrono::sys_days{day} + std::chrono::hours{time.hour} + std::chrono::minutes{time.min} +
           std::chrono::seconds{time.sec};
}

}  // namespace kindgate::crypto
