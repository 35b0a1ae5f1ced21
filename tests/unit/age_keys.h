// Keys that a policy may trust: right in their form, and nobody has the other half of them.
#pragma once

#include <string>

#include "base/bytes.h"

namespace kindgate::test {

// A token key (RFC 9578, 6.5), base64url; each seed another.
inline std::string token_key(std::uint8_t seed) {
    auto const head = *from_hex(
        "30820152303d06092a864886f70d01010a3030a00d300b0609608648016503040202a11a301806092a864886f70d010108300b0609"
        "608648016503040202a2030201300382010f003082010a0282010100");
    Bytes key = head;
    for (int i = 0; i < 256; ++i) key.push_back(static_cast<std::uint8_t>(i == 0 ? 0x80 | seed : i == 255 ? 1 : i));
    for (std::uint8_t const byte :
         {std::uint8_t{2}, std::uint8_t{3}, std::uint8_t{1}, std::uint8_t{0}, std::uint8_t{1}})
        key.push_back(byte);
    return base64url(key);
}

// Good from 2026 to 2056. openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj "/CN=Age authority"
inline constexpr char const* age_authority = R"(-----BEGIN CERTIFICATE-----
MIIBlzCCAT2gAwIBAgIUJoiN4NmcPp39RLEe/pMwYu98RWUwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNQWdlIGF1dGhvcml0eTAgFw0yNjExMjgyMzM5MzFaGA8yMDU2
MTEyMDIzMzkzMVowGDEWMBQGA1UEAwwNQWdlIGF1dGhvcml0eTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABDxJizx4ex6wVKqFzqvuh4rFBENEWGkfowi6BnfclJrc
FJ88JTypJ8U8or2D3P8qYa1ZOFKnXXSlGZgbCBeSh6WjYzBhMB0GA1UdDgQWBBQH
JKQEZlyyfkVcps/zbE84grcEfzAfBgNVHSMEGDAWgBQHJKQEZlyyfkVcps/zbE84
grcEfzAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwICBDAKBggqhkjOPQQD
AgNIADBFAiAdGyuZsl0iUWXTsmRXZVEEp+AgiJHXDMd59D/nqu6jbAIhAMClAh6h
vwrnF4XVRqEn8noYBUlbves7yTJFVsORNW2r
-----END CERTIFICATE-----
)";

}  // namespace kindgate::test
