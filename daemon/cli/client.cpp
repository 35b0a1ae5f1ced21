#include "client.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "event_reader.h"
#include "json.h"
#include "kindgate/v1/api.pb.h"

namespace kindgate::cli {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Stream = beast::basic_stream<asio::local::stream_protocol>;
using boost::system::error_code;

constexpr std::chrono::seconds patience{30};          // the daemon answers in milliseconds, or it hangs
constexpr std::uint64_t largest_answer = 64U << 20U;  // bytes; 4,096 devices are some 2 MiB

Error missing(std::string const& socket, error_code error) {
    if (error.value() == EACCES || error.value() == EPERM)
        return {ErrorCode::forbidden, fmt::format("you may not use {}: run it as root, with sudo", socket)};
    if (error.value() == ENAMETOOLONG || socket.size() >= 108)
        return {ErrorCode::invalid_input, fmt::format("{}: the path of a socket has at most 107 bytes", socket)};
    auto const why = error.value() == ECONNREFUSED ? "nobody listens at" : "no socket at";
    return {ErrorCode::unavailable,
            fmt::format("kindgated isn't running ({} {}): start it with systemctl start kindgated", why, socket)};
}

Error broken(error_code error) {
    if (error == beast::error::timeout)
        return {ErrorCode::unavailable,
                fmt::format("kindgated doesn't answer within {} s: see journalctl -u kindgated", patience.count())};
    return {ErrorCode::unavailable,
            fmt::format("the connection to kindgated broke ({}): see journalctl -u kindgated", error.message())};
}

ErrorCode code_of(http::status status) {
    switch (status) {
        case http::status::bad_request:
        case http::status::unprocessable_entity:
        case http::status::payload_too_large: return ErrorCode::invalid_input;
        case http::status::not_found: return ErrorCode::not_found;
        case http::status::forbidden: return ErrorCode::forbidden;
        case http::status::conflict:
        case http::status::precondition_failed: return ErrorCode::conflict;
        default: return ErrorCode::unavailable;
    }
}

Error refused(http::status status, std::string const& body) {
    auto const answer = read_json<v1::ErrorAnswer>(body);
    if (!answer.ok() || answer->error().empty())
        return {code_of(status), fmt::format("kindgated says {} and no more: see journalctl -u kindgated",
                                             static_cast<unsigned>(status))};
    std::string message = answer->error();
    for (auto const& detail : answer->details()) message += "\n" + detail;
    return {code_of(status), message};
}

http::verb verb_of(Method method) {
    switch (method) {
        case Method::get: return http::verb::get;
        case Method::put: return http::verb::put;
        case Method::post: return http::verb::post;
        case Method::remove: return http::verb::delete_;
    }
    return http::verb::get;
}

http::request<http::string_body> message_of(Request const& request) {
    http::request<http::string_body> message{verb_of(request.method), request.target, 11};
    message.set(http::field::host, "localhost");
    message.set(http::field::user_agent, "kindgate");
    message.set(http::field::connection, "close");
    if (!request.if_match.empty())
        message.set(http::field::if_match, request.if_match == "*" ? "*" : '"' + request.if_match + '"');
    if (!request.body.empty() || request.method == Method::put || request.method == Method::post) {
        bool const json = request.body.starts_with('{');
        message.set(http::field::content_type, json ? "application/json" : "text/plain; charset=utf-8");
        message.body() = request.body;
        message.prepare_payload();
    }
    return message;
}

// A connection whose steps end after `patience`. Beast has time limits for asynchronous steps only, so each step starts
// one and runs the loop until it is done.
class Connection {
public:
    Connection() : stream_(context_) {}

    error_code connect(std::string const& path) {
        if (path.size() >= 108) return {ENAMETOOLONG, boost::system::system_category()};
        return step([&](auto done) { stream_.async_connect(asio::local::stream_protocol::endpoint{path}, done); });
    }
    error_code write(http::request<http::string_body> const& message) {
        return step([&](auto done) {
            http::async_write(stream_, message, [done](error_code error, std::size_t) { done(error); });
        });
    }
    template <typename Parser>
    error_code read_header(Parser& parser) {
        return step([&](auto done) {
            http::async_read_header(stream_, buffer_, parser, [done](error_code error, std::size_t) { done(error); });
        });
    }
    template <typename Parser>
    error_code read(Parser& parser) {
        return step([&](auto done) {
            http::async_read(stream_, buffer_, parser, [done](error_code error, std::size_t) { done(error); });
        });
    }
    // Waits for as long as it takes.
    template <typename Parser>
    error_code read_some(Parser& parser) {
        error_code error;
        stream_.expires_never();
        http::read_some(stream_, buffer_, parser, error);
        return error;
    }

private:
    template <typename Start>
    error_code step(Start start) {
        error_code result;
        stream_.expires_after(patience);
        start([&result](error_code error) { result = error; });
        context_.restart();
        context_.run();
        return result;
    }

    asio::io_context context_;
    Stream stream_;
    beast::flat_buffer buffer_;
};

std::string unquoted(std::string_view etag) {
    if (etag.starts_with("W/")) etag.remove_prefix(2);
    if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
    return std::string{etag};
}

Result<void> send(Connection& connection, std::string const& socket, Request const& request) {
    if (auto const error = connection.connect(socket)) {
        if (error == beast::error::timeout) return broken(error);
        return missing(socket, error);
    }
    // A gate that takes no more connections has answered already, and closed.
    if (auto const error = connection.write(message_of(request)); error && error != boost::asio::error::broken_pipe)
        return broken(error);
    return {};
}

}  // namespace

Result<Answer> ask(std::string const& socket, Request const& request) {
    Connection connection;
    KG_TRY(send(connection, socket, request));
    http::response_parser<http::string_body> parser;
    parser.body_limit(largest_answer);
    if (auto const error = connection.read(parser)) return broken(error);
    auto const& message = parser.get();
    if (http::to_status_class(message.result()) != http::status_class::successful)
        return refused(message.result(), message.body());
    auto const etag = message[http::field::etag];
    return Answer{message.body(), unquoted({etag.data(), etag.size()})};
}

Result<void> follow(std::string const& socket, std::string const& target,
                    std::function<Result<void>(std::string_view)> const& told) {
    Connection connection;
    KG_TRY(send(connection, socket, {Method::get, target, {}, {}}));
    http::response_parser<http::buffer_body> parser;
    parser.body_limit(boost::none);
    if (auto const error = connection.read_header(parser)) return broken(error);
    if (parser.get().result() != http::status::ok) return refused(parser.get().result(), {});
    EventReader reader;
    std::array<char, 4096> chunk{};
    while (!parser.is_done()) {
        parser.get().body().data = chunk.data();
        parser.get().body().size = chunk.size();
        auto const error = connection.read_some(parser);
        reader.add({chunk.data(), chunk.size() - parser.get().body().size});
        while (auto const data = reader.next()) KG_TRY(told(*data));
        if (error == http::error::end_of_stream || error == http::error::partial_message) break;
        if (error && error != http::error::need_buffer) return broken(error);
    }
    return Error{ErrorCode::unavailable, "kindgated ended the connection: it stopped or was restarted"};
}

bool somebody_listens(std::string const& socket) {
    Connection connection;
    auto const error = connection.connect(socket).value();
    return error != ENOENT && error != ECONNREFUSED && error != ENOTDIR;
}

std::string url_word(std::string_view word) {
    std::string result;
    for (char const c : word) {
        bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '~' || c == ':';
        if (plain) {
            result += c;
        } else {
            result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return result;
}

}  // namespace kindgate::cli
