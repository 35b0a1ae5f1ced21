// What dap-party can be asked for; main.cpp has its words.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "faults.h"
#include "http_pieces.h"
#include "report/task.h"

namespace kindgate::dap {

struct Options {
    // Of a server.
    std::string folder;
    std::vector<std::string> listen;
    std::string certificate;
    std::string key;
    std::string authorities = "/etc/ssl/certs/ca-certificates.crt";
    std::string fault;
    // Of an aggregator.
    std::vector<std::string> tasks;
    std::string secret;
    std::string collector;  // file with the collector's public configuration
    std::uint64_t collect_least = 0;
    std::uint64_t max_age = 86400;
    // Of a task.
    std::string info;
    std::string leader;
    std::string helper;
    std::uint64_t histogram = 0;
    bool count = false;
    std::string weeks_from = "now";
    std::uint64_t weeks = 0;
    std::uint64_t min_batch = 1000;
    // Of a collector and of households.
    std::string task;
    std::string file;
    std::string from_week = "now";
    std::string epsilon;
    std::uint64_t households = 0;
    std::vector<double> truth;
    std::string seed;
    std::string addresses;
    // Of OHTTP.
    std::string relay;
    std::string gateway;
    std::vector<std::string> targets;
};

// Each returns the exit status where it could be done: 0, or 1 where not all was taken.
using Command = Result<int> (*)(Options const&);
Result<int> task(Options const& options);
Result<int> collector_key(Options const& options);
Result<int> leader(Options const& options);
Result<int> helper(Options const& options);
Result<int> gateway(Options const& options);
Result<int> relay(Options const& options);
Result<int> collect(Options const& options);
Result<int> households(Options const& options);

std::chrono::sys_seconds now();
// In weeks since 1970: a number, or "now" for this one.
Result<std::uint64_t> week_of(std::string const& text);
// As the task command prints it.
Result<report::Task> read_task(std::string const& base64);
// By HTTPS, with these authorities.
Send sender(std::string const& authorities);

}  // namespace kindgate::dap
