#include "tls_stream.h"

#include <mbedtls/error.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <boost/asio/error.hpp>

#include "base/descriptor.h"
#include "base/ip.h"
#include "crypto/secret.h"
#include "look_up.h"

namespace kindgate::https {

namespace {

// IANA's special-purpose registries (RFC 6890 and later), as far as somebody could live there.
bool is_private(IpAddress const& address) {
    static std::array<std::string_view, 20> const ranges{
        "0.0.0.0/8",     "10.0.0.0/8",    "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24",  "192.168.0.0/16", "198.18.0.0/15",  "224.0.0.0/3",
        "::/127",        "::ffff:0:0/96", "64:ff9b::/96",   "64:ff9b:1::/48", "100::/64",
        "2002::/16",     "fc00::/7",      "fe80::/10",      "fec0::/10",      "ff00::/8"};
    return std::ranges::any_of(ranges, [&](auto range) {
        auto const prefix = IpPrefix::parse(range);
        return prefix.ok() && prefix->contains(address);
    });
}

std::optional<IpAddress> address_of(addrinfo const& found) {
    std::array<std::uint8_t, 4> four{};
    std::array<std::uint8_t, 16> sixteen{};
    if (found.ai_family == AF_INET) {
        sockaddr_in in{};
        std::memcpy(&in, found.ai_addr, sizeof in);
        std::memcpy(four.data(), &in.sin_addr, four.size());
        return IpAddress{four};
    }
    if (found.ai_family != AF_INET6) return std::nullopt;
    sockaddr_in6 in{};
    std::memcpy(&in, found.ai_addr, sizeof in);
    std::memcpy(sixteen.data(), &in.sin6_addr, sixteen.size());
    return IpAddress{sixteen};
}

std::string tls_error(int number) {
    std::array<char, 160> text{};
    mbedtls_strerror(number, text.data(), text.size());
    return text.data();
}

int random_octets(void*, unsigned char* to, std::size_t size) {
    crypto::fill_at_random({to, size});
    return 0;
}

// One address; without a descriptor: it doesn't answer.
Descriptor connect_to(addrinfo const& found, Patience patience) {
    Descriptor socket{::socket(found.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!socket.open()) return {};
    // A handshake is small pieces one after the other: each would wait until the server has acknowledged the last.
    int const at_once = 1;
    static_cast<void>(::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once));
    int error = 0;
    socklen_t size = sizeof error;
    // An address that doesn't answer must not use up the time of the others.
    patience.until = std::min(patience.until, std::chrono::steady_clock::now() + std::chrono::seconds{10});
    bool const connected = ::connect(socket.get(), found.ai_addr, found.ai_addrlen) == 0 ||
                           (errno == EINPROGRESS && wait_for(socket.get(), POLLOUT, patience) &&
                            ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0);
    if (!connected) return {};
    return socket;
}

Result<Descriptor> connect_socket(TlsStream::Wanted const& wanted) {
    auto const found = KG_TRY(look_up(wanted.host, wanted.port, wanted.patience));
    bool refused = false;
    for (auto const* one = found.get(); one != nullptr; one = one->ai_next) {
        auto const address = address_of(*one);
        if (!address || (wanted.reach == Reach::public_only && is_private(*address))) {
            refused = true;
        } else if (auto socket = connect_to(*one, wanted.patience); socket.open()) {
            return socket;
        }
    }
    if (refused)
        return Error{ErrorCode::forbidden, fmt::format("{} is sent to a private address: refused", wanted.host)};
    return Error{ErrorCode::unavailable, fmt::format("{} doesn't answer on port {}", wanted.host, wanted.port)};
}

}  // namespace

struct TlsStream::Parts {
    Descriptor socket;
    Patience patience;
    mbedtls_x509_crt authorities;
    mbedtls_ssl_config config;
    mbedtls_ssl_context ssl;

    Parts() {
        mbedtls_x509_crt_init(&authorities);
        mbedtls_ssl_config_init(&config);
        mbedtls_ssl_init(&ssl);
    }
    ~Parts() {
        mbedtls_ssl_free(&ssl);
        mbedtls_ssl_config_free(&config);
        mbedtls_x509_crt_free(&authorities);
    }
    Parts(Parts const&) = delete;
    Parts& operator=(Parts const&) = delete;

    // send() or recv(), once the socket is ready for it.
    template <typename Carry>
    int carried(short when, Carry carry) const {
        while (wait_for(socket.get(), when, patience)) {
            auto const size = carry(socket.get());
            if (size >= 0) return static_cast<int>(size);
            if (errno != EAGAIN && errno != EINTR) return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
        }
        return MBEDTLS_ERR_SSL_TIMEOUT;
    }
    static int send(void* self, unsigned char const* bytes, std::size_t size) {
        return static_cast<Parts*>(self)->carried(
            POLLOUT, [&](int socket) { return ::send(socket, bytes, size, MSG_NOSIGNAL); });
    }
    static int receive(void* self, unsigned char* bytes, std::size_t size) {
        return static_cast<Parts*>(self)->carried(POLLIN, [&](int socket) { return ::recv(socket, bytes, size, 0); });
    }

    int configure(std::string const& host) {
        if (int const e = mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                                      MBEDTLS_SSL_PRESET_DEFAULT))
            return e;
        mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_REQUIRED);
        mbedtls_ssl_conf_ca_chain(&config, &authorities, nullptr);
        mbedtls_ssl_conf_rng(&config, random_octets, nullptr);
#if MBEDTLS_VERSION_MAJOR < 3
        mbedtls_ssl_conf_min_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
#endif
        if (int const e = mbedtls_ssl_setup(&ssl, &config)) return e;
        if (int const e = mbedtls_ssl_set_hostname(&ssl, host.c_str())) return e;
        mbedtls_ssl_set_bio(&ssl, this, send, receive, nullptr);
        return 0;
    }
};

TlsStream::TlsStream(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
TlsStream::TlsStream(TlsStream&&) noexcept = default;
TlsStream::~TlsStream() = default;

Result<TlsStream> TlsStream::connect(Wanted const& wanted) {
    auto parts = std::make_unique<Parts>();
    parts->patience = wanted.patience;
    // A positive number: that many of the store's certificates are of kinds that the library can't read.
    if (mbedtls_x509_crt_parse_file(&parts->authorities, wanted.authorities.c_str()) < 0)
        return Error{ErrorCode::system,
                     fmt::format("{}: no certificates to trust: install ca-certificates, or name another file",
                                 wanted.authorities)};
    parts->socket = KG_TRY(connect_socket(wanted));
    int error = parts->configure(wanted.host);
    if (error == 0) error = mbedtls_ssl_handshake(&parts->ssl);
    if (error == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED)
        return Error{ErrorCode::forbidden,
                     fmt::format("{} shows a certificate that isn't trusted or isn't for this name", wanted.host)};
    if (error != 0)
        return Error{ErrorCode::unavailable, fmt::format("{}: no TLS connection ({})", wanted.host, tls_error(error))};
    return TlsStream{std::move(parts)};
}

std::size_t TlsStream::read(boost::asio::mutable_buffer buffer, boost::system::error_code& error) {
    auto const read_once = [&] {
        return mbedtls_ssl_read(&parts_->ssl, static_cast<unsigned char*>(buffer.data()), buffer.size());
    };
    int got = read_once();
#if MBEDTLS_VERSION_MAJOR >= 3
    // With TLS 1.3 the means to resume, which nobody here does, come like data.
    while (got == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) got = read_once();
#endif
    error = {};
    if (got > 0) return static_cast<std::size_t>(got);
    if (got == MBEDTLS_ERR_SSL_TIMEOUT) {
        error = boost::asio::error::timed_out;
    } else if (got == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
        error = boost::asio::error::eof;
    } else {
        // Also 0, an end without close_notify: anybody on the way can cut a connection.
        error = boost::asio::error::connection_aborted;
    }
    return 0;
}

std::size_t TlsStream::write(boost::asio::const_buffer buffer, boost::system::error_code& error) {
    auto const put = mbedtls_ssl_write(&parts_->ssl, static_cast<unsigned char const*>(buffer.data()), buffer.size());
    error = {};
    if (put > 0) return static_cast<std::size_t>(put);
    error = put == MBEDTLS_ERR_SSL_TIMEOUT ? boost::asio::error::timed_out : boost::asio::error::connection_aborted;
    return 0;
}

}  // namespace kindgate::https
