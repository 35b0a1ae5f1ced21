// The gate's page: what a device sees of its plain web requests while it has no access, where a blocked name is
// answered with the gate's address, and when it opens the gate itself. Who, why, until when, whom to ask, and a
// helpline. Control thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "control/service.h"

namespace boost::asio {
class io_context;
}

namespace kindgate::control {

class WebListener;

// HTTP/1.1 on TCP, one request a connection: the asker's slot is the connection's mark (SO_MARK, which
// net.ipv4.tcp_fwmark_accept takes over from the first packet).
class PageServer {
public:
    // Both listen on all addresses, IPv4 and IPv6; the kernel's table lets in none but the gate's devices. `service`
    // must outlive the server.

    // `name`: the board's public_name. Below /age/ proofs of age (docs/age.md); whatever else the path, the page. At
    // most 64 connections at once, 16 a device, 5 s each. `name` "": the board has none.
    static Result<std::unique_ptr<PageServer>> listen(boost::asio::io_context& context, Service& service,
                                                      std::uint16_t port, std::string name);
    // By TLS, with service.certificate(): at `portal_path` the captive portal document (RFC 8908), below /age/ proofs
    // of age, elsewhere the page. At most 16 connections at once, 4 a device, 10 s each: the calculations of one step
    // of a handshake take some milliseconds of the control thread.
    static Result<std::unique_ptr<PageServer>> listen_tls(boost::asio::io_context& context, Service& service,
                                                          std::uint16_t port, std::string name);
    ~PageServer();
    PageServer(PageServer const&) = delete;
    PageServer& operator=(PageServer const&) = delete;

    // In use; where 0 was asked for, the one that was free.
    std::uint16_t port() const;

private:
    explicit PageServer(std::unique_ptr<WebListener> listener);
    std::unique_ptr<WebListener> listener_;
};

}  // namespace kindgate::control
