#include "api_session.h"

#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "api_events.h"
#include "api_routes.h"

namespace kindgate::control {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

constexpr std::uint32_t header_limit = 16 * 1024;
constexpr std::size_t largest_body = 4U << 20U;

enum class After : std::uint8_t { keep, close };

class Session : public std::enable_shared_from_this<Session> {
public:
    Session(asio::local::stream_protocol::socket socket, Caller caller, std::shared_ptr<ApiConnections> connections)
        : stream_(std::move(socket)), caller_(std::move(caller)), connections_(std::move(connections)) {}

    void start() {
        entered_ = connections_->enter([weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->stream_.close();
        });
        read_header();
    }

private:
    void read_header();
    void on_header(error_code failed);
    void on_route(ApiRoute const& route);
    void read_body(ApiRoute const& route);
    void on_request(ApiRoute const& route);
    void refuse(ApiResponse response);
    void send(ApiResponse response, After after);
    void on_sent(error_code failed, After after);
    void drain(std::size_t budget);

    // A handler that keeps the session alive.
    template <typename Then>
    auto then(Then body) {
        return [self = shared_from_this(), body = std::move(body)](error_code failed, auto&&... rest) {
            body(*self, failed, rest...);
        };
    }

    ApiStream stream_;
    Caller caller_;
    std::shared_ptr<ApiConnections> connections_;
    std::shared_ptr<void> entered_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    ApiRequest request_;
    http::response<http::string_body> response_;
    std::array<char, 4096> drained_{};
};

std::string text(beast::string_view view) {
    return {view.data(), view.size()};
}

// For what is no HTTP, or too much of it.
std::optional<ApiResponse> response_to(error_code failed) {
    if (failed == http::error::end_of_stream || failed == beast::error::timeout) return std::nullopt;
    if (failed == http::error::body_limit) return error_response(413, "the body is larger than 4 MiB");
    if (failed == http::error::header_limit) return error_response(431, "the header is larger than 16 KiB");
    if (failed.category() == make_error_code(http::error::bad_method).category())
        return error_response(400, fmt::format("this is no HTTP request: {}", failed.message()));
    return std::nullopt;  // the peer is gone
}

void Session::read_header() {
    parser_.emplace();
    parser_->header_limit(header_limit);
    parser_->body_limit(largest_body);
    stream_.expires_after(connections_->options().patience);
    http::async_read_header(stream_, buffer_, *parser_,
                            then([](Session& self, error_code failed, std::size_t) { self.on_header(failed); }));
}

void Session::on_header(error_code failed) {
    if (failed) {
        if (auto response = response_to(failed)) refuse(*std::move(response));
        return;
    }
    auto const& header = parser_->get();
    auto target = ApiTarget::parse({header.target().data(), header.target().size()});
    if (!target.ok()) return refuse(error_response(target.error()));
    auto match = match_route(text(header.method_string()), *target, caller_);
    request_ = {.method = text(header.method_string()),
                .target = std::move(target).value(),
                .argument = std::move(match.argument),
                .if_match = std::nullopt,
                .body = {},
                .caller = caller_};
    if (auto const field = header.find(http::field::if_match); field != header.end())
        request_.if_match = text(field->value());
    if (match.route == nullptr) {
        // A body that nobody will read would be taken for the next request.
        bool const keep = parser_->is_done() && parser_->keep_alive();
        return send(std::move(match.refusal), keep ? After::keep : After::close);
    }
    on_route(*match.route);
}

ApiResponse too_large(ApiRoute const& route) {
    if (route.body_limit == 0) return error_response(413, fmt::format("{} {} takes no body", route.method, route.path));
    return error_response(
        413, fmt::format("the body of {} {} may have at most {} bytes", route.method, route.path, route.body_limit));
}

void Session::on_route(ApiRoute const& route) {
    if (parser_->content_length().value_or(0) > route.body_limit) return refuse(too_large(route));
    parser_->body_limit(route.body_limit);
    // RFC 9110, 10.1.1: curl waits a second for this before it sends a large body.
    if (parser_->is_done() || !beast::iequals(parser_->get()[http::field::expect], "100-continue"))
        return read_body(route);
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(go_on.data(), go_on.size()),
                      then([&route](Session& self, error_code failed, std::size_t) {
                          if (!failed) self.read_body(route);
                      }));
}

void Session::read_body(ApiRoute const& route) {
    http::async_read(stream_, buffer_, *parser_, then([&route](Session& self, error_code failed, std::size_t) {
                         if (!failed) return self.on_request(route);
                         if (failed == http::error::body_limit) return self.refuse(too_large(route));
                         if (auto response = response_to(failed)) self.refuse(*std::move(response));
                     }));
}

void Session::on_request(ApiRoute const& route) {
    auto* const service = connections_->service();
    if (service == nullptr) return stream_.close();
    request_.body = std::move(parser_->get().body());
    bool const keep = parser_->get().keep_alive();
    if (route.answer == nullptr) {
        entered_.reset();  // it counts as an event stream from here on
        return start_events(std::move(stream_), connections_);
    }
    send(answer(route, *service, request_), keep ? After::keep : After::close);
}

void Session::refuse(ApiResponse response) {
    send(std::move(response), After::close);
}

void Session::send(ApiResponse response, After after) {
    response_ = {};
    response_.version(11);
    response_.result(response.status);
    response_.set(http::field::content_type, response.content_type);
    response_.set(http::field::cache_control, "no-store");
    for (auto const& [name, value] : response.headers) response_.set(name, value);
    response_.body() = std::move(response.body);
    response_.keep_alive(after == After::keep);
    response_.prepare_payload();
    stream_.expires_after(connections_->options().patience);
    http::async_write(stream_, response_,
                      then([after](Session& self, error_code failed, std::size_t) { self.on_sent(failed, after); }));
}

void Session::on_sent(error_code failed, After after) {
    if (failed) return;
    if (after == After::keep) return read_header();
    stream_.socket().shutdown(asio::socket_base::shutdown_send, failed);
    drain(2 * largest_body);
}

// A peer that is still sending when the socket is closed would lose the answer: read what it has to say, up to a limit.
void Session::drain(std::size_t budget) {
    stream_.async_read_some(asio::buffer(drained_), then([budget](Session& self, error_code failed, std::size_t size) {
                                if (!failed && size < budget) self.drain(budget - size);
                            }));
}

}  // namespace

void start_session(asio::local::stream_protocol::socket socket, Caller caller,
                   std::shared_ptr<ApiConnections> connections) {
    std::make_shared<Session>(std::move(socket), std::move(caller), std::move(connections))->start();
}

}  // namespace kindgate::control
