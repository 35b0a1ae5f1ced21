// Keys that everybody knows, for tests of signatures and of TLS.
#pragma once

#include <string_view>

namespace kindgate::test {

// RFC 6979, A.2.5, as openssl writes it in each of its forms.
inline constexpr std::string_view sec1 =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIMmvqdhFunUWa1whV2ex1pNOUMPbNuibEnuKYisSD2choAoGCCqGSM49\n"
    "AwEHoUQDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5A/4QCLi8\n"
    "maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
    "-----END EC PRIVATE KEY-----\n";
inline constexpr std::string_view pkcs8 =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgya+p2EW6dRZrXCFX\n"
    "Z7HWk05Qw9s26JsSe4piKxIPZyGhRANCAARg/tS6JVqdMclh63TGNW1owEm4kjth\n"
    "+mzmaWIuYPKftnkD/hAIuLyZpBrp6VYovGTy8bIMLX6fUXejwpTURiKZ\n"
    "-----END PRIVATE KEY-----\n";
inline constexpr std::string_view public_pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7\n"
    "Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
    "-----END PUBLIC KEY-----\n";

// Self-signed with the key above, for gate.example, from 2026-01-01 to 2046-01-01.
inline constexpr std::string_view gate_certificate =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBaDCCAQ6gAwIBAgIBATAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxnYXRlLmV4\n"
    "YW1wbGUwHhcNMjYwMTAxMDAwMDAwWhcNNDYwMTAxMDAwMDAwWjAXMRUwEwYDVQQD\n"
    "DAxnYXRlLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARg/tS6JVqd\n"
    "Mclh63TGNW1owEm4kjth+mzmaWIuYPKftnkD/hAIuLyZpBrp6VYovGTy8bIMLX6f\n"
    "UXejwpTURiKZo0swSTAXBgNVHREEEDAOggxnYXRlLmV4YW1wbGUwDwYDVR0TAQH/\n"
    "BAUwAwEB/zAdBgNVHQ4EFgQUGpVpV5vOMpqULQdpycC1ZDFWNxAwCgYIKoZIzj0E\n"
    "AwIDSAAwRQIhAO8NlynGOHRKktiYEmh/u0sjfbUlSWMY7ZT8qBnJ3K2LAiBlXXjz\n"
    "oukek2aGb1inH/70tSLNgThhzzj4+f7HfRBnig==\n"
    "-----END CERTIFICATE-----\n";
// The same for localhost.
inline constexpr std::string_view localhost_certificate =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBXzCCAQWgAwIBAgIBAjAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv\n"
    "c3QwHhcNMjYwMTAxMDAwMDAwWhcNNDYwMTAxMDAwMDAwWjAUMRIwEAYDVQQDDAls\n"
    "b2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARg/tS6JVqdMclh63TG\n"
    "NW1owEm4kjth+mzmaWIuYPKftnkD/hAIuLyZpBrp6VYovGTy8bIMLX6fUXejwpTU\n"
    "RiKZo0gwRjAUBgNVHREEDTALgglsb2NhbGhvc3QwDwYDVR0TAQH/BAUwAwEB/zAd\n"
    "BgNVHQ4EFgQUGpVpV5vOMpqULQdpycC1ZDFWNxAwCgYIKoZIzj0EAwIDSAAwRQIg\n"
    "F/IrHtrycVmIO8pbAbRg/EVhG196rp/d2aV1q2xECQICIQDg4hs2dUHz+cYiwUpC\n"
    "UTHF5P3S6tbMQzzVwQuUTE8aQA==\n"
    "-----END CERTIFICATE-----\n";
// No certificate's.
inline constexpr std::string_view other_key =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIF281Jh9C270HL94p4yePeE53zAi9jZ0Rim5BE+MHzgaoAoGCCqGSM49\n"
    "AwEHoUQDQgAErG2YtHkwIAfnDQREaF4jk5yk36A5W/MsoUYIVJzDthvW1lTLVxcf\n"
    "KbYbG4+jZ4v7PFOC+pEEpYDitZiKYPOAkA==\n"
    "-----END EC PRIVATE KEY-----\n";

}  // namespace kindgate::test
