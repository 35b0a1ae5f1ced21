// The head of an HTTP/1 request, read as its bytes come (RFC 9112, 2 to 5). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace kindgate::control {

// What the gate's page must know of a request.
struct WebRequest {
    std::string name;  // the host that is asked for, without its port; "" : an address, or none is named
    std::string path;  // without the query
    bool head_only = false;
    bool operator==(WebRequest const&) const = default;
};

class WebRequestReader {
public:
    static constexpr std::uint32_t largest = 8 * 1024;  // bytes of a head; refused if it has more
    enum class State : std::uint8_t { more, whole, refused };

    WebRequestReader();

    // Takes what came. What follows the head is left alone. Once it isn't `more` it stays as it is.
    State put(std::string_view bytes);
    // Of a whole head.
    WebRequest request() const;

private:
    State state_ = State::more;
    boost::beast::flat_buffer pending_;
    boost::beast::http::request_parser<boost::beast::http::empty_body> parser_;
};

}  // namespace kindgate::control
