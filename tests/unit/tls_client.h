// A TLS client as bytes, for tests of servers: it trusts one certificate and asks for one name.
#pragma once

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "keys.h"
#include "test.h"

namespace kindgate::test {

enum class Speaks : std::uint8_t { newest, tls12 };

class TlsClient {
public:
    explicit TlsClient(std::string const& name = "gate.example", Speaks speaks = Speaks::newest) {
        mbedtls_x509_crt_init(&trusted_);
        mbedtls_ssl_config_init(&config_);
        mbedtls_ssl_init(&ssl_);
        std::string const pem{gate_certificate};
        check(psa_crypto_init() == PSA_SUCCESS, "random numbers");
        check(
            mbedtls_x509_crt_parse(&trusted_, reinterpret_cast<unsigned char const*>(pem.c_str()), pem.size() + 1) == 0,
            "the certificate that is trusted");
        check(mbedtls_ssl_config_defaults(&config_, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                          MBEDTLS_SSL_PRESET_DEFAULT) == 0,
              "defaults");
        mbedtls_ssl_conf_authmode(&config_, MBEDTLS_SSL_VERIFY_REQUIRED);
        mbedtls_ssl_conf_ca_chain(&config_, &trusted_, nullptr);
        mbedtls_ssl_conf_rng(
            &config_,
            [](void*, unsigned char* bytes, std::size_t size) {
                return psa_generate_random(bytes, size) == PSA_SUCCESS ? 0 : -1;
            },
            nullptr);
        if (speaks == Speaks::tls12) stay_with_tls12();
        check(mbedtls_ssl_setup(&ssl_, &config_) == 0, "setup");
        check(mbedtls_ssl_set_hostname(&ssl_, name.c_str()) == 0, "name");
        mbedtls_ssl_set_bio(&ssl_, this, give, take, nullptr);
    }
    ~TlsClient() {
        mbedtls_ssl_free(&ssl_);
        mbedtls_ssl_config_free(&config_);
        mbedtls_x509_crt_free(&trusted_);
    }
    TlsClient(TlsClient const&) = delete;
    TlsClient& operator=(TlsClient const&) = delete;

    // What the server sent, and as far as it leads.
    void receive(std::string_view bytes) {
        incoming_ += bytes;
        if (!done_) error_ = mbedtls_ssl_handshake(&ssl_);
        done_ = done_ || error_ == 0;
        std::array<unsigned char, 4096> clear{};
        while (done_) {
            error_ = mbedtls_ssl_read(&ssl_, clear.data(), clear.size());
            if (error_ <= 0) break;
            heard_.append(reinterpret_cast<char const*>(clear.data()), static_cast<std::size_t>(error_));
        }
    }
    void send(std::string_view text) {
        int const sent = mbedtls_ssl_write(&ssl_, reinterpret_cast<unsigned char const*>(text.data()), text.size());
        check(sent == static_cast<int>(text.size()), "written");
    }
    void close() { mbedtls_ssl_close_notify(&ssl_); }
    std::string take_outgoing() { return std::exchange(outgoing_, {}); }

    // The handshake is.
    bool done() const { return done_; }
    // The server said that nothing comes any more.
    bool closed() const { return error_ == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY; }
    bool failed() const { return error_ != 0 && error_ != MBEDTLS_ERR_SSL_WANT_READ && !closed(); }
    std::string const& heard() const { return heard_; }

private:
    void stay_with_tls12() {
#if MBEDTLS_VERSION_MAJOR >= 3  // 2.28 knows nothing newer
        mbedtls_ssl_conf_max_tls_version(&config_, MBEDTLS_SSL_VERSION_TLS1_2);
#endif
    }
    static int give(void* self, unsigned char const* bytes, std::size_t size) {
        static_cast<TlsClient*>(self)->outgoing_.append(reinterpret_cast<char const*>(bytes), size);
        return static_cast<int>(size);
    }
    static int take(void* self, unsigned char* bytes, std::size_t size) {
        auto& incoming = static_cast<TlsClient*>(self)->incoming_;
        if (incoming.empty()) return MBEDTLS_ERR_SSL_WANT_READ;
        auto const taken = std::min(size, incoming.size());
        std::memcpy(bytes, incoming.data(), taken);
        incoming.erase(0, taken);
        return static_cast<int>(taken);
    }

    mbedtls_x509_crt trusted_;
    mbedtls_ssl_config config_;
    mbedtls_ssl_context ssl_;
    std::string incoming_;
    std::string outgoing_;
    std::string heard_;
    int error_ = 0;
    bool done_ = false;
};

}  // namespace kindgate::test
