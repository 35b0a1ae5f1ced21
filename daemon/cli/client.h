// The daemon's API over its unix socket: one connection a request, HTTP/1.1 (RFC 9112).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kindgate::cli {

enum class Method : std::uint8_t { get, put, post, remove };

struct Request {
    Method method = Method::get;
    std::string target;    // "/v1/overrides?who=kid", encoded
    std::string body;      // JSON, or a policy's text
    std::string if_match;  // revision without quotes, "*": whatever is there; "": not said
};

struct Answer {
    std::string body;
    std::string revision;  // of the ETag, without quotes
};

// The daemon's own errors come back with its sentence and, each on a line of its own, the details.
Result<Answer> ask(std::string const& socket, Request const& request);

// Reads server-sent events (HTML Living Standard, 9.2) and gives each one's data to `told`, until the daemon ends the
// connection (an error then: somebody who follows wants to know) or `told` returns an error.
Result<void> follow(std::string const& socket, std::string const& target,
                    std::function<Result<void>(std::string_view)> const& told);

// False: there is no daemon. True as well where one can't tell, because one may not look.
bool somebody_listens(std::string const& socket);

// One word of a path or query, percent-encoded (RFC 3986, 2.1).
std::string url_word(std::string_view word);

}  // namespace kindgate::cli
