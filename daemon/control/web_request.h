// An HTTP/1 request, read as its bytes come (RFC 9112, 2 to 6). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace kindgate::control {

// Where devices show proofs of age: their bodies alone are read.
inline constexpr std::string_view proofs_path = "/age/";

// What the gate's page must know of a request.
struct WebRequest {
    enum class Method : std::uint8_t { get, head, post, other };

    std::string name;  // the host that is asked for, without its port; "" : an address, or none is named
    std::string path;  // without the query
    Method method = Method::get;
    std::string query{};          // as it came
    std::string authorization{};  // the header's value; "" : none
    bool wants_json = false;      // rather than a page
    bool cross_site = false;      // a browser says that another site's page makes it
    std::string body{};           // of a POST to where the gate takes proofs; else it is not read
    bool operator==(WebRequest const&) const = default;
};

class WebRequestReader {
public:
    static constexpr std::uint32_t largest = 8 * 1024;  // bytes of a head; refused if it has more
    static constexpr std::size_t largest_body =
        std::size_t{48} * 1024;  // refused if it says more, or doesn't say how much
    enum class State : std::uint8_t { more, whole, refused };

    WebRequestReader();

    // Takes what came. What follows a head, and is none of our business, is left alone. Once it isn't `more` it stays
    // as it is.
    State put(std::string_view bytes);
    // Of a whole one.
    WebRequest request() const;

private:
    State read_head();
    State read_body();

    State state_ = State::more;
    boost::beast::flat_buffer pending_;
    boost::beast::http::request_parser<boost::beast::http::empty_body> parser_;
    std::size_t body_size_ = 0;
};

}  // namespace kindgate::control
