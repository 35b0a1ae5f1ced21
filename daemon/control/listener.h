// Accepts connections one after the other, for as long as it is open: the API's socket, the page's ports.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace kindgate::control {

// Made by make_shared(): what it waits for keeps it alive. Who owns it calls close().
template <typename Protocol>
class Listener : public std::enable_shared_from_this<Listener<Protocol>> {
public:
    using Acceptor = typename Protocol::acceptor;
    using Socket = typename Protocol::socket;

    // `enter` gets each connection, on the thread that runs `context`, and none any more after close().
    Listener(boost::asio::io_context& context, std::function<void(Socket)> enter)
        : acceptor_(context), pause_(context), enter_(std::move(enter)) {}

    // To be opened and bound before start().
    Acceptor& acceptor() { return acceptor_; }

    boost::system::error_code start() {
        boost::system::error_code failed;
        acceptor_.listen(boost::asio::socket_base::max_listen_connections, failed);
        if (!failed) accept();
        return failed;
    }
    void close() {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        pause_.cancel();
    }

private:
    void accept() {
        acceptor_.async_accept([self = this->shared_from_this()](boost::system::error_code failed, Socket socket) {
            if (failed == boost::asio::error::operation_aborted || !self->acceptor_.is_open()) return;
            if (failed) return self->accept_later();
            self->enter_(std::move(socket));
            self->accept();
        });
    }
    // Too many open files, no memory: that passes.
    void accept_later() {
        pause_.expires_after(std::chrono::milliseconds{200});
        pause_.async_wait([self = this->shared_from_this()](boost::system::error_code failed) {
            if (!failed && self->acceptor_.is_open()) self->accept();
        });
    }

    Acceptor acceptor_;
    boost::asio::steady_timer pause_;
    std::function<void(Socket)> enter_;
};

}  // namespace kindgate::control
