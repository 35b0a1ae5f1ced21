#include "https_server.h"

#include <array>
#include <charconv>
#include <csignal>
#include <memory>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "crypto/tls.h"

namespace kindgate::dap {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Body = http::vector_body<std::uint8_t>;

constexpr std::size_t largest_body = 8U << 20U;
constexpr std::chrono::seconds patience{30};
constexpr std::chrono::minutes never{10};

std::string text(beast::string_view view) {
    return {view.data(), view.size()};
}

std::string head_and_body(HttpReply const& reply) {
    auto const reason = http::obsolete_reason(static_cast<http::status>(reply.status));
    auto written = fmt::format("HTTP/1.1 {} {}\r\n", reply.status, text(reason));
    for (auto const& [name, value] : reply.fields) written += fmt::format("{}: {}\r\n", name, value);
    written += fmt::format("Content-Length: {}\r\nConnection: close\r\n\r\n", reply.body.size());
    return written.append(text_of(reply.body));
}

// Lives as long as its handlers.
class Session : public std::enable_shared_from_this<Session> {
public:
    Session(tcp::socket socket, std::unique_ptr<crypto::TlsSession> tls, Answerer const& answer)
        : stream_(std::move(socket)), tls_(std::move(tls)), answer_(answer) {
        parser_.body_limit(largest_body);
        parser_.eager(true);
        stream_.expires_after(patience);
    }

    void read() {
        stream_.async_read_some(asio::buffer(in_), [self = shared_from_this()](error_code failed, std::size_t size) {
            if (!failed) self->heard({self->in_.data(), size});
        });
    }

private:
    using Then = void (Session::*)();

    void heard(std::string_view bytes) {
        tls_->receive(bytes);
        unread_ += tls_->take_heard();
        error_code failed;
        while (!unread_.empty() && !parser_.is_done() && !failed) {
            auto const taken = parser_.put(asio::buffer(unread_), failed);
            unread_.erase(0, taken);
            if (taken == 0) break;
        }
        if (failed && failed != http::error::need_more) return send(&Session::end);
        if (parser_.is_done()) return answer();
        send(tls_->ended() ? &Session::end : &Session::read);
    }
    HttpRequest request() const {
        auto const& said = parser_.get();
        HttpRequest request{text(said.method_string()), text(said.target()), {}, said.body()};
        for (auto const& one : said) request.fields.emplace_back(text(one.name_string()), text(one.value()));
        return request;
    }
    void answer() {
        error_code ignored;
        auto address = stream_.socket().remote_endpoint(ignored).address();
        if (address.is_v6() && address.to_v6().is_v4_mapped())
            address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
        auto const [reply, manner] = answer_(request(), address.to_string());
        auto written = head_and_body(reply);
        switch (manner) {
            case Manner::never: stream_.expires_after(never); return read_on();
            case Manner::cut:
                tls_->send(std::string_view{written}.substr(0, written.size() / 2));
                return send(&Session::end);
            case Manner::whole:
                tls_->send(written);
                tls_->close();
                return send(&Session::end);
        }
    }
    // What is to be sent, then the next step.
    void send(Then then) {
        out_ = tls_->take_outgoing();
        if (out_.empty()) return (this->*then)();
        asio::async_write(stream_, asio::buffer(out_),
                          [self = shared_from_this(), then](error_code failed, std::size_t) {
                              if (!failed) ((*self).*then)();
                          });
    }
    void end() {
        error_code failed;
        stream_.socket().shutdown(tcp::socket::shutdown_send, failed);
        if (!failed) read_on();
    }
    // Until the client ends it: closing over what it still sends would lose the answer.
    void read_on() {
        stream_.async_read_some(asio::buffer(in_), [self = shared_from_this()](error_code failed, std::size_t) {
            if (!failed) self->read_on();
        });
    }

    beast::tcp_stream stream_;
    std::unique_ptr<crypto::TlsSession> tls_;
    Answerer const& answer_;
    http::request_parser<Body> parser_;
    std::string unread_;
    std::array<char, 16384> in_{};
    std::string out_;
};

class Listener {
public:
    Listener(asio::io_context& context, crypto::TlsIdentity identity, Answerer const& answer)
        : acceptor_(context), identity_(std::move(identity)), answer_(answer) {}

    error_code open(tcp::endpoint const& endpoint) {
        error_code failed;
        acceptor_.open(endpoint.protocol(), failed);
        if (!failed) acceptor_.set_option(tcp::acceptor::reuse_address{true}, failed);
        if (!failed && endpoint.protocol() == tcp::v6()) acceptor_.set_option(asio::ip::v6_only{true}, failed);
        if (!failed) acceptor_.bind(endpoint, failed);
        if (!failed) acceptor_.listen(tcp::acceptor::max_listen_connections, failed);
        if (!failed) accept();
        return failed;
    }
    std::string where() const {
        error_code ignored;
        auto const endpoint = acceptor_.local_endpoint(ignored);
        auto const address = endpoint.address().to_string();
        return fmt::format("{}:{}", endpoint.address().is_v6() ? fmt::format("[{}]", address) : address,
                           endpoint.port());
    }

private:
    void accept() {
        acceptor_.async_accept([this](error_code failed, tcp::socket socket) {
            if (failed == asio::error::operation_aborted) return;
            // A handshake's parts are small: they don't wait for acknowledgements.
            if (!failed) socket.set_option(tcp::no_delay{true}, failed);
            if (auto tls = failed ? nullptr : crypto::TlsSession::accept(identity_))
                std::make_shared<Session>(std::move(socket), std::move(tls), answer_)->read();
            accept();
        });
    }

    tcp::acceptor acceptor_;
    crypto::TlsIdentity identity_;
    Answerer const& answer_;
};

Result<tcp::endpoint> endpoint_of(std::string_view text) {
    auto address = text;
    std::uint16_t port = 443;
    auto const colon = text.rfind(':');
    bool const bracketed = text.starts_with('[');
    bool const has_port =
        bracketed ? colon == text.find(']') + 1 : colon != std::string_view::npos && text.find(':') == colon;
    bool good = true;
    if (has_port) {
        auto const digits = text.substr(colon + 1);
        auto const read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
        good = read.ec == std::errc{} && read.ptr == digits.data() + digits.size();
        address = text.substr(0, colon);
    }
    if (bracketed && address.ends_with(']')) address = address.substr(1, address.size() - 2);
    error_code failed;
    auto const made = asio::ip::make_address(std::string{address}, failed);
    if (!good || failed)
        return Error{ErrorCode::invalid_input,
                     fmt::format("'{}' is no address: write 192.0.2.1, 192.0.2.1:8443 or [2001:db8::1]:8443", text)};
    return tcp::endpoint{made, port};
}

}  // namespace

Result<void> serve(Listening const& listening, Answerer const& answer,
                   std::function<void(std::vector<std::string> const&)> const& ready) {
    auto const identity = KG_TRY(crypto::TlsIdentity::from_pem(listening.certificates, listening.key));
    asio::io_context context{1};
    std::vector<std::unique_ptr<Listener>> listeners;
    std::vector<std::string> places;
    for (auto const& one : listening.addresses) {
        auto const endpoint = KG_TRY(endpoint_of(one));
        auto const& listener = listeners.emplace_back(std::make_unique<Listener>(context, identity, answer));
        if (auto const failed = listener->open(endpoint))
            return Error::from_errno(failed.value(), fmt::format("{} can't be listened on", one));
        places.push_back(listener->where());
    }
    asio::signal_set signals{context, SIGINT, SIGTERM};
    signals.async_wait([&](error_code, int) { context.stop(); });
    ready(places);
    context.run();
    return {};
}

}  // namespace kindgate::dap
