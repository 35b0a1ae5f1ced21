#include "http_client.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "https/exchange.h"

namespace kindgate::demo {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Request = http::request<http::string_body>;
using Parser = http::response_parser<http::string_body>;

constexpr std::chrono::seconds patience{20};
constexpr std::size_t largest_body = std::size_t{1} << 20U;

// "host", "host:port", "[v6]:port"
std::pair<std::string, std::string> host_and_port(std::string_view text, std::string_view port) {
    if (text.starts_with('[')) {
        auto const end = std::min(text.find(']'), text.size());
        if (text.substr(end).starts_with("]:")) port = text.substr(end + 2);
        return {std::string{text.substr(1, end - 1)}, std::string{port}};
    }
    auto const colon = text.find(':');
    if (colon != std::string_view::npos) port = text.substr(colon + 1);
    return {std::string{text.substr(0, colon)}, std::string{port}};
}

// Runs one step of the stream to its end.
template <typename Start>
error_code finish(asio::io_context& context, Start start) {
    error_code result = asio::error::operation_aborted;
    start([&](error_code failed, auto const&...) { result = failed; });
    context.restart();
    context.run();
    return result;
}

Error no_answer(Url const& url, error_code failed) {
    return {ErrorCode::unavailable, fmt::format("{} doesn't answer ({}): does it run, and is the address right?",
                                                url.origin(), failed.message())};
}

Result<void> exchange_plain(Url const& url, std::string const& at, Request const& request, Parser& parser) {
    asio::io_context context;
    tcp::resolver resolver{context};
    auto const [host, port] = at.empty() ? std::pair{url.host, url.port} : host_and_port(at, url.port);
    error_code failed;
    auto const found = resolver.resolve(host, port, failed);
    if (failed) return no_answer(url, failed);
    beast::tcp_stream stream{context};
    beast::flat_buffer buffer;
    stream.expires_after(patience);
    failed = finish(context, [&](auto done) { stream.async_connect(found, done); });
    if (!failed) failed = finish(context, [&](auto done) { http::async_write(stream, request, done); });
    if (!failed) failed = finish(context, [&](auto done) { http::async_read(stream, buffer, parser, done); });
    if (failed) return no_answer(url, failed);
    return {};
}

bool same(std::string_view one, std::string_view other) {
    return beast::iequals({one.data(), one.size()}, {other.data(), other.size()});
}

Result<HttpReply> ask_secure(HttpRequest const& wanted) {
    auto const body = bytes_of(wanted.body);
    auto reply = KG_TRY(https::exchange({wanted.method, wanted.url, wanted.headers, {body.begin(), body.end()}},
                                        {wanted.authorities, largest_body, patience}));
    return HttpReply{reply.status, std::move(reply.fields), std::string{text_of(reply.body)}};
}

Result<HttpReply> ask_plain(Url const& url, HttpRequest const& wanted) {
    Request request{http::string_to_verb(wanted.method), url.target, 11};
    request.set(http::field::host, url.authority());
    request.set(http::field::user_agent, "kindgate-age-demo");
    request.keep_alive(false);
    for (auto const& [name, value] : wanted.headers) request.set(name, value);
    request.body() = wanted.body;
    request.prepare_payload();
    Parser parser;
    parser.body_limit(largest_body);
    KG_TRY(exchange_plain(url, wanted.at, request, parser));
    HttpReply reply{parser.get().result_int(), {}, parser.get().body()};
    for (auto const& field : parser.get())
        reply.headers.emplace_back(std::string{field.name_string().data(), field.name_string().size()},
                                   std::string{field.value().data(), field.value().size()});
    return reply;
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
    Url url;
    auto const wrong = Error{ErrorCode::invalid_input,
                             fmt::format("'{}' is no address: write one like http://gate.example:8080", text)};
    url.secure = text.starts_with("https://");
    if (!url.secure && !text.starts_with("http://")) return wrong;
    if (std::ranges::any_of(text, [](char c) { return c <= ' ' || static_cast<unsigned char>(c) >= 0x7f; }))
        return wrong;
    auto rest = text.substr(text.find("//") + 2);
    auto const authority = rest.substr(0, rest.find_first_of("/?#"));
    std::tie(url.host, url.port) = host_and_port(authority, url.secure ? "443" : "80");
    if (url.host.empty() || url.port.empty() || authority.find('@') != std::string_view::npos) return wrong;
    rest.remove_prefix(authority.size());
    rest = rest.substr(0, rest.find('#'));
    if (!rest.empty()) url.target = rest.starts_with('/') ? std::string{rest} : fmt::format("/{}", rest);
    return url;
}

std::string Url::authority() const {
    auto const name = host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
    return port == (secure ? "443" : "80") ? name : fmt::format("{}:{}", name, port);
}

std::string Url::origin() const {
    return fmt::format("{}://{}", secure ? "https" : "http", authority());
}

std::string HttpReply::header(std::string_view name) const {
    std::string values;
    for (auto const& [one, value] : headers) {
        if (!same(one, name)) continue;
        if (!values.empty()) values += ", ";
        values += value;
    }
    return values;
}

std::string HttpReply::told() const {
    constexpr std::size_t most = 300;
    auto const end = body.find_last_not_of("\r\n ") + 1;
    return fmt::format("{}: {}", status, std::string_view{body}.substr(0, std::min(end, most)));
}

Result<HttpReply> ask(HttpRequest const& wanted) {
    auto const url = KG_TRY(Url::parse(wanted.url));
    return url.secure ? ask_secure(wanted) : ask_plain(url, wanted);
}

}  // namespace kindgate::demo
