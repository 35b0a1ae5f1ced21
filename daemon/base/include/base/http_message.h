// A request to a web server and its answer (RFC 9110), as those who write them and those who carry them pass them on.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace kindgate {

// Names and values of header fields, in their order.
using HttpFields = std::vector<std::pair<std::string, std::string>>;

// The value of the first field of this name, be it in upper or lower case (RFC 9110, 5.1); none: "".
std::string_view field(HttpFields const& fields, std::string_view name);
// What methods and names of fields are made of (RFC 9110, 5.6.2).
bool is_token(std::string_view text);
// A field may have this value: nothing in it ends a line, and no blank stands at its ends (RFC 9110, 5.5; RFC
// 9113, 8.2.1).
bool is_field_value(std::string_view text);

struct HttpRequest {
    std::string method;   // "GET"
    std::string url;      // "https://leader.example/hpke_config"
    HttpFields fields{};  // without Host and Content-Length, which the carrier knows
    Bytes body{};
    bool operator==(HttpRequest const&) const = default;
};

struct HttpReply {
    unsigned status = 0;  // 200 to 599
    HttpFields fields{};
    Bytes body{};
    bool operator==(HttpReply const&) const = default;
};

}  // namespace kindgate
