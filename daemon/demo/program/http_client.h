// One HTTP request, plain or over TLS.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kindgate::demo {

struct Url {
    bool secure = false;
    std::string host;  // an IPv6 address without its brackets
    std::string port;  // "80", "443" where none is said
    std::string target = "/";

    static Result<Url> parse(std::string_view text);
    std::string origin() const;  // "http://issuer.example:8080"
    // As a Host header has it.
    std::string authority() const;
};

struct HttpRequest {
    std::string method = "GET";
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string body{};
    std::string authorities{};  // for https: a file with the certificates that are trusted, PEM
    std::string at{};           // for http: ADDRESS[:PORT] that is asked instead of the host; "": the host
};

struct HttpReply {
    unsigned status = 0;
    // All of them: WWW-Authenticate may be there several times.
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;

    // The values of a header, with commas between; upper or lower case.
    std::string header(std::string_view name) const;
    // Of an answer that wasn't hoped for: "403: this code is used up".
    std::string told() const;
};

// Within 20 seconds and 1 MiB. No answer: unavailable. Redirects are not followed.
Result<HttpReply> ask(HttpRequest const& request);

}  // namespace kindgate::demo
