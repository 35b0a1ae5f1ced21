#include "fetch.h"

#include <algorithm>

#include <fmt/format.h>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "tls_stream.h"
#include "words.h"

namespace kindgate::cli {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;

constexpr int most_redirects = 5;

struct Url {
    std::string host;
    std::string port = "443";
    std::string target = "/";
};

Result<Url> parse_url(std::string_view text) {
    static constexpr std::string_view scheme = "https://";
    auto const wrong = [&](std::string_view what) {
        return Error{ErrorCode::invalid_input,
                     fmt::format("'{}' {}: write one like https://example.org/list.txt", text, what)};
    };
    if (!text.starts_with(scheme)) return wrong("is no https address");
    if (std::ranges::any_of(text, [](char c) { return c <= ' ' || static_cast<unsigned char>(c) >= 0x7f; }))
        return wrong("has a character that no address has");
    auto rest = text.substr(scheme.size());
    Url url;
    auto const authority = rest.substr(0, rest.find_first_of("/?#"));
    rest.remove_prefix(authority.size());
    rest = rest.substr(0, rest.find('#'));
    if (!rest.empty()) url.target = rest.starts_with('/') ? std::string{rest} : fmt::format("/{}", rest);
    url.host = authority.substr(0, authority.rfind(':'));
    if (auto const colon = authority.rfind(':'); colon != std::string_view::npos)
        url.port = authority.substr(colon + 1);
    bool const digits = !url.port.empty() && url.port.size() <= 5 &&
                        std::ranges::all_of(url.port, [](char c) { return c >= '0' && c <= '9'; });
    auto const name = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    };
    if (url.host.empty() || !digits || !std::ranges::all_of(url.host, name)) return wrong("has no host's name");
    return url;
}

// RFC 9110, 10.2.2: from a Location to the whole address.
std::string resolved(Url const& base, std::string_view location) {
    if (!location.starts_with('/') || location.starts_with("//"))
        return location.starts_with("//") ? fmt::format("https:{}", location) : std::string{location};
    return fmt::format("https://{}:{}{}", base.host, base.port, location);
}

http::request<http::empty_body> request_for(Url const& url, std::string const& etag) {
    http::request<http::empty_body> request{http::verb::get, url.target, 11};
    request.set(http::field::host, url.port == "443" ? url.host : fmt::format("{}:{}", url.host, url.port));
    request.set(http::field::user_agent, "kindgate");
    request.set(http::field::accept_encoding, "identity");
    request.set(http::field::connection, "close");
    if (!etag.empty()) request.set(http::field::if_none_match, etag);
    return request;
}

using Parser = http::response_parser<http::string_body>;

Error broken(beast::error_code error, FetchWanted const& wanted) {
    if (error == http::error::body_limit)
        return {ErrorCode::invalid_input, fmt::format("it has more than {} MiB", wanted.largest >> 20U)};
    if (error == boost::asio::error::timed_out)
        return {ErrorCode::unavailable, fmt::format("it isn't there after {}", say_duration(wanted.patience))};
    return {ErrorCode::unavailable, fmt::format("the connection broke ({})", error.message())};
}

Result<void> ask(TlsStream& stream, Url const& url, FetchWanted const& wanted, Parser& parser) {
    beast::error_code error;
    http::write(stream, request_for(url, wanted.etag), error);
    if (error) return broken(error, wanted);
    parser.body_limit(wanted.largest);
    beast::flat_buffer buffer;
    while (!parser.is_done()) {
        http::read_some(stream, buffer, parser, error);
        if (error) return broken(error, wanted);
        wanted.progress(parser.get().body().size());
    }
    return {};
}

}  // namespace

Result<Fetched> fetch(FetchWanted const& wanted) {
    auto address = wanted.url;
    auto const until = std::chrono::steady_clock::now() + wanted.patience;
    for (int hops = 0; hops <= most_redirects; ++hops) {
        auto const url = KG_TRY(parse_url(address));
        // The file's own address is the owner's word; where others send us to is not.
        auto const reach = hops == 0 ? Reach::anywhere : Reach::public_only;
        auto stream = KG_TRY(TlsStream::connect({url.host, url.port, wanted.authorities, reach, until}));
        Parser parser;
        KG_TRY(ask(stream, url, wanted, parser));
        auto& answer = parser.get();
        auto const status = answer.result_int();
        if (status == 304 && !wanted.etag.empty()) return Fetched{true, "", wanted.etag};
        if (status == 200) return Fetched{false, std::move(answer.body()), std::string{answer[http::field::etag]}};
        bool const elsewhere = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
        if (!elsewhere) return Error{ErrorCode::unavailable, fmt::format("{} answers {}", url.host, status)};
        auto const location = answer[http::field::location];
        address = resolved(url, {location.data(), location.size()});
    }
    return Error{ErrorCode::unavailable, fmt::format("it was sent elsewhere more than {} times", most_redirects)};
}

}  // namespace kindgate::cli
