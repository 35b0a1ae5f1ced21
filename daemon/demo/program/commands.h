// What kindgate-age-demo can be asked for; main.cpp has its words.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace kindgate::demo {

struct Options {
    std::string folder;
    std::string name;
    std::vector<std::uint64_t> ages;
    unsigned codes = 20;
    unsigned uses = 8;
    std::vector<std::string> listen;
    std::uint16_t port = 80;
    std::string gate;
    std::string category;
    std::string origin;
    std::string code;
    std::string issuer;
    std::string issuer_at;
    std::string token_file;
    std::string keep_file;
    std::string wallet_file;
    std::string url;
    std::string link;
    std::string authorities = "/etc/ssl/certs/ca-certificates.crt";
    std::string response_file;
    bool json = false;
};

// Each returns the exit status where it could be done: 0, or 1 where a gate refused.
using Command = Result<int> (*)(Options const&);
Result<int> tour(Options const& options);
Result<int> issuer_init(Options const& options);
Result<int> issuer_serve(Options const& options);
Result<int> client(Options const& options);
Result<int> wallet_fetch(Options const& options);
Result<int> wallet_present(Options const& options);

// One step, in plain words, on standard error.
void tell(std::string const& step);

// A gate's answer to a proof, as JSON: shows it on standard output, and returns the exit status. Something else:
// unavailable.
struct HttpReply;
Result<int> show_verdict(HttpReply const& reply, Options const& options);

Result<std::vector<std::uint8_t>> checked_ages(std::vector<std::uint64_t> const& ages);

}  // namespace kindgate::demo
