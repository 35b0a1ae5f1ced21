// The gate's page: what a device sees of its plain web requests while it has no access, or where a blocked name is
// answered with the gate's address. Who, why, until when, whom to ask, and a helpline. Control thread only.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "control/service.h"

namespace boost::asio {
class io_context;
}

namespace kindgate::control {

class PageListener;

// HTTP/1.1 on TCP, one request a connection, whatever its path: the asker's slot is the connection's mark (SO_MARK,
// which net.ipv4.tcp_fwmark_accept takes over from the first packet). At most 64 connections at once, 5 s each.
class PageServer {
public:
    // Listens on all addresses, IPv4 and IPv6; the kernel's table lets in none but the gate's devices. `service` must
    // outlive the server.
    static Result<std::unique_ptr<PageServer>> listen(boost::asio::io_context& context, Service& service,
                                                      std::uint16_t port);
    ~PageServer();
    PageServer(PageServer const&) = delete;
    PageServer& operator=(PageServer const&) = delete;

    // In use; where 0 was asked for, the one that was free.
    std::uint16_t port() const;

private:
    explicit PageServer(std::shared_ptr<PageListener> listener) : listener_(std::move(listener)) {}
    std::shared_ptr<PageListener> listener_;
};

}  // namespace kindgate::control
