// TLS for a server, as bytes: who has the connection carries them to and fro. TLS 1.2 or later (RFC 8446, RFC 5246).
// One thread uses a session and all others of its identity.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kindgate::crypto {

// What a server shows: its certificate, those that vouch for it, and the key. Copies share it.
class TlsIdentity {
public:
    // PEM: the certificates, the server's own first; its key, not encrypted. What isn't of use, or no pair:
    // invalid_input.
    static Result<TlsIdentity> from_pem(std::string_view certificates, std::string_view key);

    // The last second in which the certificate holds.
    std::chrono::sys_seconds ends() const;
    // The certificate is for this DNS name (RFC 9525, 6.3).
    bool is_for(std::string const& name) const;

private:
    friend class TlsSession;
    struct Parts;
    explicit TlsIdentity(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}

    std::shared_ptr<Parts> parts_;
};

class TlsSession {
public:
    // Null: no memory.
    static std::unique_ptr<TlsSession> accept(TlsIdentity identity);
    ~TlsSession();
    TlsSession(TlsSession const&) = delete;
    TlsSession& operator=(TlsSession const&) = delete;

    // What the client sent. Afterwards there may be something to take.
    void receive(std::string_view bytes);
    // What the client said, in clear.
    std::string take_heard();
    // For the client: a part of the handshake, a message, an alert.
    std::string take_outgoing();
    // Once the handshake is done and until it has ended; nothing otherwise.
    void send(std::string_view text);
    // Says that nothing comes any more (close_notify).
    void close();
    // By the client or by an error: what can be taken still is, and nothing comes any more.
    bool ended() const;

private:
    struct Parts;
    explicit TlsSession(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
};

}  // namespace kindgate::crypto
