#include "web_request.h"

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

}  // namespace

WebRequestReader::WebRequestReader() {
    parser_.header_limit(largest);
}

WebRequestReader::State WebRequestReader::put(std::string_view bytes) {
    if (state_ != State::more || bytes.empty()) return state_;
    pending_.commit(asio::buffer_copy(pending_.prepare(bytes.size()), asio::buffer(bytes)));
    boost::system::error_code failed;
    pending_.consume(parser_.put(pending_.data(), failed));
    if (failed == http::error::need_more) return state_;
    state_ = failed || !parser_.is_header_done() ? State::refused : State::whole;
    return state_;
}

WebRequest WebRequestReader::request() const {
    auto const& head = parser_.get();
    auto const target = view(head.target());
    return {.name = name_of(view(head[http::field::host])),
            .path = std::string{target.substr(0, target.find('?'))},
            .head_only = head.method() == http::verb::head};
}

}  // namespace kindgate::control
