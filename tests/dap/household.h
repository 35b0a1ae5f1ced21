// Households that are made up, and the collector: both ends of a survey, without sockets.
#pragma once

#include "http_pieces.h"
#include "key_ring.h"
#include "messages.h"
#include "report/prio3.h"
#include "report/random_source.h"
#include "report/ratio.h"

namespace kindgate::dap {

// How many answers a task asks for: Count has two, no and yes. Another VDAF: invalid_input.
Result<std::size_t> answers(report::Task const& task);

// The configuration that a household takes of an aggregator's answer.
Result<report::HpkeConfig> fetched_config(Result<HttpReply> const& reply);

// A blurred report of this answer for this time.
Result<report::Report> household_report(report::Task const& task, std::size_t truth, report::Epsilon epsilon,
                                        std::uint64_t time, report::HpkeConfig const& leader,
                                        report::HpkeConfig const& helper, report::RandomSource& random);

// So many households in parts as the weights say; what is left goes to the largest remainders.
std::vector<std::uint64_t> shared_out(std::uint64_t households, std::span<double const> weights);

struct Collected {
    std::uint64_t reports = 0;
    std::vector<std::uint64_t> counts;  // one an answer; of sums: one a place
};

// What the collector opens of a leader's answer.
Result<Collected> opened(report::Task const& task, OwnKey const& collector, CollectionJob const& job,
                         Collection const& collection);

}  // namespace kindgate::dap
