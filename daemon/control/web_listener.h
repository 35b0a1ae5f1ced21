// A TCP port of the gate for the browsers of its devices: one request a connection, and its answer, plain or by TLS.
// Whose it is says the connection's mark (SO_MARK, which net.ipv4.tcp_fwmark_accept takes over from the first packet).
// Control thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/ids.h"
#include "base/result.h"
#include "crypto/tls.h"
#include "listener.h"
#include "web_request.h"

namespace kindgate::control {

struct WebAnswer {
    unsigned status = 200;
    std::string type;  // Content-Type
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers{};
};

// The whole response; for a HEAD request without its body (RFC 9110, 9.3.2).
std::string response_text(WebAnswer const& answer, WebRequest const& request);

class WebListener {
public:
    struct Settings {
        std::size_t connections = 64;              // at once; further ones are closed
        std::size_t connections_of_a_slot = 16;    // of these
        std::chrono::milliseconds patience{5000};  // a connection's, from its beginning to its end
        std::function<WebAnswer(Slot, WebRequest const&)> answer;
        // Null: connections are closed. Not set: they are plain.
        std::function<std::unique_ptr<crypto::TlsSession>()> tls;
    };

    // Listens on all addresses, IPv4 and IPv6. Port 0: any that is free.
    static Result<std::unique_ptr<WebListener>> open(boost::asio::io_context& context, std::uint16_t port,
                                                     Settings settings);
    // Nobody is asked for an answer any more.
    ~WebListener();
    WebListener(WebListener const&) = delete;
    WebListener& operator=(WebListener const&) = delete;

    std::uint16_t port() const;

private:
    struct Shared;
    class Session;
    WebListener(boost::asio::io_context& context, Settings settings);
    void enter(boost::asio::ip::tcp::socket socket);

    std::shared_ptr<Shared> shared_;  // with the connections
    std::shared_ptr<Listener<boost::asio::ip::tcp>> listener_;
};

}  // namespace kindgate::control
