#include "crypto/tls.h"

#include <mbedtls/error.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "mbed_versions.h"
#include "psa.h"
#include "x509_time.h"

namespace kindgate::crypto {

namespace {

Error unusable(std::string_view what, int number) {
    std::array<char, 160> text{};
    mbedtls_strerror(number, text.data(), text.size());
    return {ErrorCode::invalid_input, fmt::format("{} ({})", what, text.data())};
}

// PEM is read up to its end, which is a zero byte that counts.
template <typename Parse>
int parse_pem(std::string_view pem, Parse parse) {
    std::string const ended{pem};
    return parse(reinterpret_cast<unsigned char const*>(ended.c_str()), ended.size() + 1);
}

}  // namespace

struct TlsIdentity::Parts {
    mbedtls_x509_crt certificates;
    mbedtls_pk_context key;
    mbedtls_ssl_config config;

    Parts() {
        mbedtls_x509_crt_init(&certificates);
        mbedtls_pk_init(&key);
        mbedtls_ssl_config_init(&config);
    }
    ~Parts() {
        mbedtls_ssl_config_free(&config);
        mbedtls_pk_free(&key);
        mbedtls_x509_crt_free(&certificates);
    }
    Parts(Parts const&) = delete;
    Parts& operator=(Parts const&) = delete;

    int configure() {
        if (int const e = mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM,
                                                      MBEDTLS_SSL_PRESET_DEFAULT))
            return e;
        mbedtls_ssl_conf_rng(&config, random_octets, nullptr);
        set_floor(config);
        return mbedtls_ssl_conf_own_cert(&config, &certificates, &key);
    }
};

Result<TlsIdentity> TlsIdentity::from_pem(std::string_view certificates, std::string_view key) {
    if (!psa_ready()) return Error{ErrorCode::system, "the crypto library has no random numbers"};
    auto parts = std::make_shared<Parts>();
    int const read = parse_pem(certificates, [&](auto const* bytes, std::size_t size) {
        return mbedtls_x509_crt_parse(&parts->certificates, bytes, size);
    });
    if (read < 0) return unusable("no certificate in PEM", read);
    // A positive number: that many are of kinds that the library can't read, which nobody could be shown.
    if (read > 0) return Error{ErrorCode::invalid_input, fmt::format("{} of the certificates can't be read", read)};
    int const key_read =
        parse_pem(key, [&](auto const* bytes, std::size_t size) { return parse_key(parts->key, bytes, size); });
    if (key_read != 0) return unusable("no key in PEM without a password", key_read);
    if (int const e = check_pair(parts->certificates.pk, parts->key))
        return unusable("the key isn't the certificate's", e);
    if (int const e = parts->configure()) return unusable("certificate and key are of no use for TLS", e);
    return TlsIdentity{std::move(parts)};
}

std::chrono::sys_seconds TlsIdentity::ends() const {
    return instant_of(parts_->certificates.valid_to);
}

bool TlsIdentity::is_for(std::string const& name) const {
    // The library compares names only while it verifies; what else it finds is others' business.
    std::uint32_t flags = 0;
    auto& own = parts_->certificates;
    static_cast<void>(mbedtls_x509_crt_verify(&own, &own, nullptr, name.c_str(), &flags, nullptr, nullptr));
    return (flags & std::uint32_t{MBEDTLS_X509_BADCERT_CN_MISMATCH}) == 0;
}

struct TlsSession::Parts {
    TlsIdentity identity;
    mbedtls_ssl_context ssl;
    std::string incoming;  // not yet read by the library
    std::string outgoing;
    std::string heard;
    bool done = false;  // the handshake
    bool ended = false;

    explicit Parts(TlsIdentity shown) : identity(std::move(shown)) { mbedtls_ssl_init(&ssl); }
    ~Parts() { mbedtls_ssl_free(&ssl); }
    Parts(Parts const&) = delete;
    Parts& operator=(Parts const&) = delete;

    static int give(void* self, unsigned char const* bytes, std::size_t size) {
        static_cast<Parts*>(self)->outgoing.append(reinterpret_cast<char const*>(bytes), size);
        return static_cast<int>(size);
    }
    static int take(void* self, unsigned char* bytes, std::size_t size) {
        auto& incoming = static_cast<Parts*>(self)->incoming;
        if (incoming.empty()) return MBEDTLS_ERR_SSL_WANT_READ;
        auto const taken = std::min(size, incoming.size());
        std::memcpy(bytes, incoming.data(), taken);  // NOLINT(bugprone-not-null-terminated-result): no text
        incoming.erase(0, taken);
        return static_cast<int>(taken);
    }

    // As far as the bytes reach.
    void advance() {
        if (!done && !ended) {
            int const result = mbedtls_ssl_handshake(&ssl);
            if (result == MBEDTLS_ERR_SSL_WANT_READ) return;
            done = result == 0;
            ended = !done;
        }
        std::array<unsigned char, 4096> clear{};
        while (!ended) {
            int const size = mbedtls_ssl_read(&ssl, clear.data(), clear.size());
            if (size == MBEDTLS_ERR_SSL_WANT_READ) return;
            ended = size <= 0;
            if (!ended) heard.append(reinterpret_cast<char const*>(clear.data()), static_cast<std::size_t>(size));
        }
    }
};

TlsSession::TlsSession(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
TlsSession::~TlsSession() = default;

std::unique_ptr<TlsSession> TlsSession::accept(TlsIdentity identity) {
    auto parts = std::make_unique<Parts>(std::move(identity));
    if (mbedtls_ssl_setup(&parts->ssl, &parts->identity.parts_->config) != 0) return nullptr;
    mbedtls_ssl_set_bio(&parts->ssl, parts.get(), Parts::give, Parts::take, nullptr);
    return std::unique_ptr<TlsSession>{new TlsSession{std::move(parts)}};  // NOLINT: the constructor is private
}

void TlsSession::receive(std::string_view bytes) {
    parts_->incoming += bytes;
    parts_->advance();
}

std::string TlsSession::take_heard() {
    return std::exchange(parts_->heard, {});
}

std::string TlsSession::take_outgoing() {
    return std::exchange(parts_->outgoing, {});
}

void TlsSession::send(std::string_view text) {
    while (parts_->done && !parts_->ended && !text.empty()) {
        int const sent =
            mbedtls_ssl_write(&parts_->ssl, reinterpret_cast<unsigned char const*>(text.data()), text.size());
        parts_->ended = sent <= 0;
        if (!parts_->ended) text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void TlsSession::close() {
    if (parts_->done && !parts_->ended) static_cast<void>(mbedtls_ssl_close_notify(&parts_->ssl));
    parts_->ended = true;
}

bool TlsSession::ended() const {
    return parts_->ended;
}

}  // namespace kindgate::crypto
