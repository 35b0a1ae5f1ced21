// An HTTPS server on 127.0.0.1 that does to its clients what the test says, and a file of whom they trust.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "base/descriptor.h"
#include "crypto/tls.h"
#include "https/exchange.h"
#include "keys.h"
#include "test.h"

namespace kindgate::test {

// One client.
class Visit {
public:
    Visit(int socket, crypto::TlsIdentity identity)
        : socket_(socket), session_(crypto::TlsSession::accept(std::move(identity))) {}

    // Until the head and as much of a body as it announces are there, or the client has left.
    std::string request() {
        while (!whole() && listen()) heard_ += session_->take_heard();
        return heard_;
    }
    void say(std::string_view text) {
        session_->send(text);
        flush();
    }
    // Says that it was all. Without it, the connection is cut.
    void finish() {
        session_->close();
        flush();
    }
    void wait_until_left() {
        while (listen()) session_->take_heard();
    }

private:
    bool whole() const {
        static constexpr std::string_view announced = "Content-Length: ";
        auto const head = heard_.find("\r\n\r\n");
        if (head == std::string::npos) return false;
        std::size_t body = 0;
        if (auto const at = heard_.find(announced); at < head)
            std::from_chars(heard_.data() + at + announced.size(), heard_.data() + head, body);
        return heard_.size() >= head + 4 + body;
    }
    // False: nothing comes any more.
    bool listen() {
        std::array<char, 4096> bytes{};
        auto const size = ::recv(socket_, bytes.data(), bytes.size(), 0);
        if (size <= 0) return false;
        session_->receive({bytes.data(), static_cast<std::size_t>(size)});
        flush();
        return !session_->ended();
    }
    void flush() {
        auto const bytes = session_->take_outgoing();
        std::string_view rest = bytes;
        while (!rest.empty()) {
            auto const sent = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            rest.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    int socket_;
    std::unique_ptr<crypto::TlsSession> session_;
    std::string heard_;
};

// One visit after the other; the socket is closed after each. Ends once the client that it has is gone.
class Server {
public:
    using Behaviour = std::function<void(Visit&)>;

    explicit Server(Behaviour behaviour, std::string_view certificate = localhost_certificate)
        : behaviour_(std::move(behaviour)), identity_(value(crypto::TlsIdentity::from_pem(certificate, sec1))) {
        sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
        socklen_t size = sizeof address;
        check(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                  ::listen(socket_.get(), 8) == 0 &&
                  ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0,
              "a port");
        port_ = ntohs(address.sin_port);
        thread_ = std::thread{[this] { serve(); }};
    }
    ~Server() {
        ::shutdown(socket_.get(), SHUT_RDWR);
        thread_.join();
    }
    Server(Server const&) = delete;
    Server& operator=(Server const&) = delete;

    std::string url(std::string_view target = "/") const {
        return fmt::format("https://localhost:{}{}", port_, target);
    }

private:
    void serve() {
        while (true) {
            Descriptor const client{::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
            if (!client.open()) return;
            Visit visit{client.get(), identity_};
            behaviour_(visit);
        }
    }

    Behaviour behaviour_;
    crypto::TlsIdentity identity_;
    Descriptor socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    std::uint16_t port_ = 0;
    std::thread thread_;
};

// Deleted at the end.
class Authorities {
public:
    explicit Authorities(std::string_view certificate = localhost_certificate) {
        std::string name = (std::filesystem::temp_directory_path() / "kindgate-https-XXXXXX").string();
        Descriptor const file{::mkstemp(name.data())};
        check(::write(file.get(), certificate.data(), certificate.size()) == static_cast<ssize_t>(certificate.size()),
              "a file of authorities");
        path_ = name;
    }
    ~Authorities() { ::unlink(path_.c_str()); }
    Authorities(Authorities const&) = delete;
    Authorities& operator=(Authorities const&) = delete;

    // Larger and longer than any test needs.
    https::Limits limits() const { return {path_, std::size_t{1} << 20U, std::chrono::minutes{10}}; }

private:
    std::string path_;
};

}  // namespace kindgate::test
