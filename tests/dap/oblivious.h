// An OHTTP relay and gateway (RFC 9458), and households that ask through them, without sockets.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "faults.h"
#include "http_pieces.h"
#include "key_ring.h"

namespace kindgate::dap {

// Opens what was sealed for it and asks the target. One thread at a time.
//   GET  /ohttp-keys, or /.well-known/ohttp-gateway (RFC 9540)   application/ohttp-keys
//   POST anything                                                message/ohttp-req, message/ohttp-res
class Gateway {
public:
    struct Setup {
        std::vector<std::string> targets;  // what the URLs that it asks begin with; none: it asks any
        Send send;
        std::function<void(std::string const&)> log;          // a line
        std::function<void(std::string const&)> keep_keys{};  // KeyRing::text(), when it changes; may be missing
    };
    Gateway(Setup setup, KeyRing keys) : setup_(std::move(setup)), keys_(std::move(keys)) {}

    HttpReply answer(HttpRequest const& request, Caller const& caller);

private:
    HttpReply keys(Faults const& faults) const;
    HttpReply ask(HttpRequest request) const;

    Setup setup_;
    KeyRing keys_;
    OwnKey nobodys_ = OwnKey::at_random(0);
};

// Passes bodies on. What it writes down is all that it knows: who asked, and how much.
class Relay {
public:
    Relay(std::string gateway, Send send, std::function<void(std::string const&)> log)
        : gateway_(std::move(gateway)), send_(std::move(send)), log_(std::move(log)) {}

    HttpReply answer(HttpRequest const& request, Caller const& caller) const;

private:
    std::string gateway_;
    Send send_;
    std::function<void(std::string const&)> log_;
};

// What is sent goes through the relay to this gateway.
Send oblivious(std::string relay, report::HpkeConfig gateway, Send send);

// The configuration that is taken of a gateway's answer.
Result<report::HpkeConfig> fetched_gateway(Result<HttpReply> const& reply);

}  // namespace kindgate::dap
