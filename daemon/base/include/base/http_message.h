// A request to a web server and its answer (RFC 9110), as those who write them and those who carry them pass them on.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace kindgate {

// Names and values of header fields, in their order.
using HttpFields = std::vector<std::pair<std::string, std::string>>;

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
