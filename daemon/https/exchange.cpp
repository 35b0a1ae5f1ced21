#include "https/exchange.h"

#include <fmt/format.h>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "stoppable.h"
#include "tls_stream.h"

namespace kindgate::https {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using Body = http::vector_body<std::uint8_t>;

// Chunks' extensions and trailers are in no other limit.
constexpr std::size_t most_buffered = 128U << 10U;
using Parser = http::response_parser<Body>;

Result<http::request<Body>> request_for(Url const& url, HttpRequest const& wanted) {
    auto const wrong = [](std::string_view what) {
        return Error{ErrorCode::invalid_input, fmt::format("'{}' can't stand in a request's head", what)};
    };
    if (!is_token(wanted.method)) return wrong(wanted.method);
    http::request<Body> request;
    request.method_string(wanted.method);
    request.target(url.target);
    request.set(http::field::host, url.port == "443" ? url.host : fmt::format("{}:{}", url.host, url.port));
    request.set(http::field::user_agent, "kindgate");
    request.set(http::field::accept_encoding, "identity");
    request.set(http::field::connection, "close");
    for (auto const& [name, value] : wanted.fields) {
        if (!is_token(name)) return wrong(name);
        // Values may come from others, such as ETags.
        if (!is_field_value(value)) return wrong(value);
        request.insert(name, value);
    }
    request.body() = wanted.body;
    request.prepare_payload();
    return request;
}

Error broken(beast::error_code error, Limits const& limits) {
    constexpr std::size_t mebibyte = std::size_t{1} << 20U;
    if (error == http::error::body_limit)
        return {ErrorCode::invalid_input, limits.largest % mebibyte == 0
                                              ? fmt::format("it has more than {} MiB", limits.largest / mebibyte)
                                              : fmt::format("it has more than {} bytes", limits.largest)};
    if (error == boost::asio::error::timed_out)
        return {ErrorCode::unavailable,
                fmt::format("it isn't there after {:g} s", std::chrono::duration<double>{limits.patience}.count())};
    return {ErrorCode::unavailable, fmt::format("the connection broke ({})", error.message())};
}

HttpReply reply_of(http::response<Body> answer) {
    HttpReply reply{answer.result_int(), {}, std::move(answer.body())};
    for (auto const& field : answer.base())
        reply.fields.emplace_back(std::string{field.name_string().data(), field.name_string().size()},
                                  std::string{field.value().data(), field.value().size()});
    return reply;
}

}  // namespace

Result<HttpReply> stoppable_exchange(HttpRequest const& request, Limits const& limits, Progress const& progress,
                                     int stop) {
    auto const url = KG_TRY(parse_url(request.url));
    auto const written = KG_TRY(request_for(url, request));
    Patience const patience{std::chrono::steady_clock::now() + limits.patience, stop};
    auto stream = KG_TRY(TlsStream::connect({url.host, url.port, limits.authorities, limits.reach, patience}));
    beast::error_code error;
    http::write(stream, written, error);
    if (error) return broken(error, limits);
    beast::flat_buffer buffer{most_buffered};
    while (true) {
        Parser parser;
        parser.body_limit(limits.largest);
        parser.skip(request.method == "HEAD");
        while (!parser.is_done()) {
            http::read_some(stream, buffer, parser, error);
            if (error) return broken(error, limits);
            if (progress) progress(parser.get().body().size());
        }
        auto const status = parser.get().result_int();
        if (status > 599)
            return Error{ErrorCode::unavailable, fmt::format("{} answers {}, which is no status", url.host, status)};
        // RFC 9110, 15.2: those before 200 say that the answer is still to come.
        if (status >= 200) return reply_of(parser.release());
    }
}

Result<HttpReply> exchange(HttpRequest const& request, Limits const& limits, Progress const& progress) {
    return stoppable_exchange(request, limits, progress, -1);
}

}  // namespace kindgate::https
