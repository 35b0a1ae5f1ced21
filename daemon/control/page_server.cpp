#include "control/page.h"

#include <sys/socket.h>

#include <array>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <fmt/format.h>

#include "page_text.h"

namespace kindgate::control {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::uint32_t header_limit = 8 * 1024;
constexpr std::size_t most_connections = 64;
constexpr std::chrono::seconds patience{5};

Slot slot_of(tcp::socket& socket) {
    std::uint32_t mark = 0;
    socklen_t size = sizeof mark;
    if (getsockopt(socket.native_handle(), SOL_SOCKET, SO_MARK, &mark, &size) != 0) return {};
    return Slot{static_cast<std::uint16_t>(mark & Slot::max)};
}

// "example.org:80" is asked of example.org.
std::string host_of(http::request<http::empty_body> const& request) {
    auto const field = request[http::field::host];
    std::string_view const host{field.data(), field.size()};
    return std::string{host.substr(0, host.find(':'))};
}

// Its request, and the answer. Lives as long as its handlers.
class PageSession : public std::enable_shared_from_this<PageSession> {
public:
    PageSession(tcp::socket socket, Service& service, std::shared_ptr<void> entered)
        : slot_(slot_of(socket)), stream_(std::move(socket)), service_(service), entered_(std::move(entered)) {}

    void start() {
        parser_.header_limit(header_limit);
        stream_.expires_after(patience);
        http::async_read_header(stream_, buffer_, parser_, [self = shared_from_this()](error_code failed, std::size_t) {
            if (!failed) self->answer();
        });
    }

private:
    void answer() {
        response_.version(11);
        response_.result(http::status::forbidden);
        response_.set(http::field::content_type, "text/html; charset=utf-8");
        response_.set(http::field::cache_control, "no-store");
        response_.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
        response_.keep_alive(false);
        response_.body() = page_html(service_.page(slot_, host_of(parser_.get())));
        response_.prepare_payload();
        if (parser_.get().method() == http::verb::head) response_.body().clear();
        http::async_write(stream_, response_, [self = shared_from_this()](error_code failed, std::size_t) {
            if (!failed) self->stream_.socket().shutdown(tcp::socket::shutdown_both, failed);
        });
    }

    Slot slot_;
    beast::tcp_stream stream_;
    Service& service_;
    std::shared_ptr<void> entered_;
    beast::flat_buffer buffer_;
    http::request_parser<http::empty_body> parser_;
    http::response<http::string_body> response_;
};

}  // namespace

class PageListener : public std::enable_shared_from_this<PageListener> {
public:
    PageListener(asio::io_context& context, Service& service)
        : acceptor_(context), pause_(context), service_(service) {}

    Result<void> open(std::uint16_t port) {
        error_code failed;
        tcp::endpoint const everywhere{asio::ip::address_v6::any(), port};
        acceptor_.open(tcp::v6(), failed);
        if (!failed) acceptor_.set_option(asio::ip::v6_only{false}, failed);
        if (!failed) acceptor_.set_option(tcp::acceptor::reuse_address{true}, failed);
        if (!failed) acceptor_.bind(everywhere, failed);
        if (!failed) acceptor_.listen(asio::socket_base::max_listen_connections, failed);
        if (failed)
            return Error::from_errno(failed.value(), fmt::format("the gate's page can't listen on port {}", port));
        accept();
        return {};
    }
    std::uint16_t port() const {
        error_code ignored;
        return acceptor_.local_endpoint(ignored).port();
    }
    void close() {
        error_code ignored;
        acceptor_.close(ignored);
        pause_.cancel();
    }

private:
    void accept() {
        acceptor_.async_accept([self = shared_from_this()](error_code failed, tcp::socket socket) {
            if (failed == asio::error::operation_aborted || !self->acceptor_.is_open()) return;
            if (failed) return self->accept_later();
            self->enter(std::move(socket));
            self->accept();
        });
    }
    // Too many open files, no memory: that passes.
    void accept_later() {
        pause_.expires_after(std::chrono::milliseconds{200});
        pause_.async_wait([self = shared_from_this()](error_code failed) {
            if (!failed && self->acceptor_.is_open()) self->accept();
        });
    }
    // Who comes when all places are taken is turned away.
    void enter(tcp::socket socket) {
        if (connections_ >= most_connections) return;
        ++connections_;
        std::shared_ptr<void> entered{nullptr, [self = shared_from_this()](void*) { --self->connections_; }};
        std::make_shared<PageSession>(std::move(socket), service_, std::move(entered))->start();
    }

    tcp::acceptor acceptor_;
    asio::steady_timer pause_;
    Service& service_;
    std::size_t connections_ = 0;
};

Result<std::unique_ptr<PageServer>> PageServer::listen(asio::io_context& context, Service& service,
                                                       std::uint16_t port) {
    auto listener = std::make_shared<PageListener>(context, service);
    KG_TRY(listener->open(port));
    return std::unique_ptr<PageServer>{new PageServer{std::move(listener)}};  // NOLINT: the constructor is private
}

PageServer::~PageServer() {
    listener_->close();
}

std::uint16_t PageServer::port() const {
    return listener_->port();
}

}  // namespace kindgate::control
