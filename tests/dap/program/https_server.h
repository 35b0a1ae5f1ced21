// A small HTTPS server on one thread: a connection, a request (RFC 9112), an answer.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/http_message.h"
#include "base/result.h"

namespace kindgate::dap {

// What becomes of the answer.
enum class Manner : std::uint8_t { whole, cut, never };

struct Answer {
    HttpReply reply;
    Manner manner = Manner::whole;
};

// `url`: the target alone. `address`: of the client.
using Answerer = std::function<Answer(HttpRequest const& request, std::string const& address)>;

struct Listening {
    std::vector<std::string> addresses;  // "192.0.2.1", "192.0.2.1:8443", "[2001:db8::1]:0"; port 0: any
    std::string certificates;            // PEM
    std::string key;
};

// Calls `ready` with what it listens on, and answers until SIGINT or SIGTERM.
Result<void> serve(Listening const& listening, Answerer const& answer,
                   std::function<void(std::vector<std::string> const&)> const& ready);

}  // namespace kindgate::dap
