// What an HTTP request asks for: the path's segments and the query's fields, percent-decoded and checked. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace kindgate::control {

struct ApiTarget {
    std::vector<std::string> segments;                       // "/v1/status": "v1", "status"
    std::vector<std::pair<std::string, std::string>> query;  // names are unique
    bool operator==(ApiTarget const&) const = default;

    // Origin form (RFC 9112, 3.2.1). Percent-encoding as in RFC 3986, 2.1: '+' is a plus ("at=…+02:00" means that).
    // Refuses what can't be decoded, control characters, and a field given twice.
    static Result<ApiTarget> parse(std::string_view text);

    // "" if it isn't there.
    std::string_view field(std::string_view name) const;
    std::string path() const;  // decoded, for people
};

// The one strong entity tag of If-Match without its quotes, or "*" (RFC 9110, 8.8.3 and 13.1.1).
Result<std::string> parse_if_match(std::string_view text);

}  // namespace kindgate::control
