#include "http_server.h"

#include <csignal>
#include <optional>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

namespace kindgate::demo {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Answer = std::function<IssuerAnswer(IssuerRequest const&)>;

constexpr std::size_t largest_header = 8U << 10U;
constexpr std::size_t largest_body = 16U << 10U;
constexpr std::size_t most_connections = 64;
constexpr std::chrono::seconds patience{10};

std::string text(beast::string_view view) {
    return {view.data(), view.size()};
}

// A Host without its port (RFC 9110, 7.2).
std::string host_of(beast::string_view value) {
    auto const host = text(value);
    auto const end = host.starts_with('[') ? host.find(']') + 1 : host.find(':');
    return host.substr(0, end);
}

// One connection, one request. Lives as long as its handlers.
class Session : public std::enable_shared_from_this<Session> {
public:
    Session(tcp::socket socket, Answer const& answer, std::size_t& count)
        : stream_(std::move(socket)), answer_(answer), count_(count) {
        ++count_;
        parser_.header_limit(largest_header);
        parser_.body_limit(largest_body);
        stream_.expires_after(patience);
    }
    ~Session() { --count_; }
    Session(Session const&) = delete;
    Session& operator=(Session const&) = delete;

    void start() {
        http::async_read(stream_, buffer_, parser_, [self = shared_from_this()](error_code failed, std::size_t) {
            if (failed == http::error::body_limit || failed == http::error::header_limit)
                return self->send({413, IssuerAnswer{}.type, "this is too large\n"});
            if (!failed) self->send(self->answer_(self->request()));
        });
    }

private:
    IssuerRequest request() const {
        auto const& said = parser_.get();
        return {text(said.method_string()),
                host_of(said[http::field::host]),
                text(said.target()),
                text(said[http::field::content_type]),
                text(said[http::field::authorization]),
                said.body()};
    }
    void send(IssuerAnswer answer) {
        response_.result(answer.status);
        response_.set(http::field::content_type, answer.type);
        response_.set(http::field::cache_control, "no-store");
        if (answer.status == 401) response_.set(http::field::www_authenticate, "Code");
        response_.body() = std::move(answer.body);
        response_.keep_alive(false);
        response_.prepare_payload();
        http::async_write(stream_, response_, [self = shared_from_this()](error_code, std::size_t) {
            error_code ignored;
            self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
        });
    }

    beast::tcp_stream stream_;
    Answer const& answer_;
    std::size_t& count_;
    beast::flat_buffer buffer_;
    http::request_parser<http::string_body> parser_;
    http::response<http::string_body> response_;
};

class Listener {
public:
    Listener(asio::io_context& context, Answer const& answer, std::size_t& count)
        : acceptor_(context), answer_(answer), count_(count) {}

    error_code open(tcp::endpoint const& endpoint) {
        error_code failed;
        acceptor_.open(endpoint.protocol(), failed);
        if (!failed) acceptor_.set_option(tcp::acceptor::reuse_address{true}, failed);
        if (!failed) acceptor_.bind(endpoint, failed);
        if (!failed) acceptor_.listen(tcp::acceptor::max_listen_connections, failed);
        if (!failed) accept();
        return failed;
    }

private:
    // Who comes when all places are taken is turned away.
    void accept() {
        acceptor_.async_accept([this](error_code failed, tcp::socket socket) {
            if (failed == asio::error::operation_aborted) return;
            if (!failed && count_ < most_connections)
                std::make_shared<Session>(std::move(socket), answer_, count_)->start();
            accept();
        });
    }

    tcp::acceptor acceptor_;
    Answer const& answer_;
    std::size_t& count_;
};

}  // namespace

Result<void> serve(std::vector<std::string> const& addresses, std::uint16_t port, Answer const& answer,
                   std::function<void()> const& ready) {
    std::size_t connections = 0;  // outlives the sessions, which the context holds
    asio::io_context context{1};
    std::vector<std::unique_ptr<Listener>> listeners;
    for (auto const& one : addresses) {
        error_code failed;
        auto const address = asio::ip::make_address(one, failed);
        if (failed) return Error{ErrorCode::invalid_input, fmt::format("'{}' is no address: write 10.77.0.2", one)};
        auto const& listener = listeners.emplace_back(std::make_unique<Listener>(context, answer, connections));
        failed = listener->open({address, port});
        if (failed)
            return Error::from_errno(failed.value(), fmt::format("{}, port {}, can't be listened on", one, port));
    }
    asio::signal_set signals{context, SIGINT, SIGTERM};
    signals.async_wait([&](error_code, int) { context.stop(); });
    ready();
    context.run();
    return {};
}

}  // namespace kindgate::demo
