#include "web_request.h"

#include <algorithm>

#include <boost/asio/buffer.hpp>

#include "base/ip.h"

namespace kindgate::control {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

std::string_view view(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

// "example.org:80" is asked of example.org; "[2001:db8::1]" and "192.0.2.1:80" are addresses.
std::string name_of(std::string_view host) {
    if (host.starts_with('[')) return {};
    auto const name = host.substr(0, host.find(':'));
    return IpAddress::parse(name).ok() ? std::string{} : std::string{name};
}

// Fetch metadata, and for browsers without it the Origin header (RFC 6454, 7), which native programs don't send.
bool is_cross_site(http::request_header<> const& head) {
    if (view(head["Sec-Fetch-Site"]) == "cross-site") return true;
    auto const origin = view(head[http::field::origin]);
    if (origin.empty()) return false;
    auto const host = origin.find("://");
    return host == std::string_view::npos || origin.substr(host + 3) != view(head[http::field::host]);
}

WebRequest::Method method_of(http::verb verb) {
    switch (verb) {
        case http::verb::get: return WebRequest::Method::get;
        case http::verb::head: return WebRequest::Method::head;
        case http::verb::post: return WebRequest::Method::post;
        default: return WebRequest::Method::other;
    }
}

}  // namespace

WebRequestReader::WebRequestReader() {
    parser_.header_limit(largest);
}

WebRequestReader::State WebRequestReader::put(std::string_view bytes) {
    if (state_ != State::more || bytes.empty()) return state_;
    pending_.commit(asio::buffer_copy(pending_.prepare(bytes.size()), asio::buffer(bytes)));
    state_ = parser_.is_header_done() ? read_body() : read_head();
    return state_;
}

WebRequestReader::State WebRequestReader::read_head() {
    boost::system::error_code failed;
    pending_.consume(parser_.put(pending_.data(), failed));
    if (failed == http::error::need_more) return State::more;
    if (failed || !parser_.is_header_done()) return State::refused;
    if (parser_.get().method() != http::verb::post || !view(parser_.get().target()).starts_with(proofs_path))
        return State::whole;
    auto const size = parser_.content_length();
    if (!size || *size > largest_body || parser_.chunked()) return State::refused;
    body_size_ = static_cast<std::size_t>(*size);
    return read_body();
}

WebRequestReader::State WebRequestReader::read_body() {
    return pending_.size() < body_size_ ? State::more : State::whole;
}

WebRequest WebRequestReader::request() const {
    auto const& head = parser_.get();
    auto const target = view(head.target());
    auto const question = std::min(target.find('?'), target.size());
    return {.name = name_of(view(head[http::field::host])),
            .path = std::string{target.substr(0, question)},
            .method = method_of(head.method()),
            .query = std::string{target.substr(std::min(question + 1, target.size()))},
            .authorization = std::string{view(head[http::field::authorization])},
            .wants_json = view(head[http::field::accept]).find("application/json") != std::string_view::npos,
            .cross_site = is_cross_site(head),
            .body = std::string{static_cast<char const*>(pending_.data().data()), body_size_}};
}

}  // namespace kindgate::control
