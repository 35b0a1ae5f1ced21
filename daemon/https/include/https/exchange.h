// One request over HTTPS and its answer (RFC 9110, RFC 9112). Any thread, several at once.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/http_message.h"
#include "base/result.h"

namespace kindgate::https {

struct Url {
    std::string host;  // a name or an IPv4 address
    std::string port = "443";
    std::string target = "/";  // path and query; a fragment is left out
    bool operator==(Url const&) const = default;
};

// "https://example.org/list.txt". Another scheme, a user, an IPv6 address, what no address has: invalid_input.
Result<Url> parse_url(std::string_view text);

// public_only: nothing that somebody could have at home (IANA's special-purpose addresses, RFC 6890).
enum class Reach : std::uint8_t { anywhere, public_only };

struct Limits {
    std::string authorities;               // file with the certificates that are trusted, PEM
    std::size_t largest = 0;               // octets of an answer's body
    std::chrono::milliseconds patience{};  // for all of it, from the name's look-up to the last octet; at most an hour
    Reach reach = Reach::anywhere;
};

using Progress = std::function<void(std::size_t)>;  // octets of the body so far; called often

// TLS 1.2 or later, the certificate checked for the URL's name. Sends Host, User-Agent, Accept-Encoding: identity,
// Connection: close and Content-Length where there may be a body, then the request's own fields. Every status from 200
// on is an answer, also one that sends elsewhere; those before it are passed over.
// Errors: what isn't sent (address, method or field) or an answer that is too large: invalid_input. A certificate that
// isn't trusted or isn't for this name, a private address where only public ones are reached: forbidden. The file of
// authorities can't be used: system. Not found, no connection, cut, or not there in time: unavailable.
Result<HttpReply> exchange(HttpRequest const& request, Limits const& limits, Progress const& progress = {});

}  // namespace kindgate::https
