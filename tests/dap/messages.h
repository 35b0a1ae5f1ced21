// What the aggregators and the collector say to each other (draft-ietf-ppm-dap-18, 4.5 and 4.6). What breaks a
// message's form is invalid_input.
//
// Written after -17 and the changes that made -18 of it, as its repository discusses them (pull requests 762 and 779,
// job extensions instead of PartialBatchSelector; 769, what a collection asked for goes to the helper and into the
// AAD; 774, the task's configuration in the AAD; 781, servers name what is made). The words of -18 themselves were not
// at hand: that Collection has no batch selector any more, either, is what follows from 779.
#pragma once

#include "report/upload.h"

namespace kindgate::dap {

// 4.5.3.1: what one aggregator gets of a report.
struct ReportShare {
    report::ReportMetadata metadata;
    Bytes public_share;
    report::HpkeCiphertext sealed;
    bool operator==(ReportShare const&) const = default;
};

struct VerifyInit {
    ReportShare share;
    Bytes payload;  // ping_pong(initialize); not empty
    bool operator==(VerifyInit const&) const = default;
};

// AggregationJobInitReq: leader to helper.
struct AggregationJob {
    std::uint8_t verification_key = 0;  // which of the keys that both have
    Bytes parameter;                    // empty for Prio3
    std::vector<report::Extension> extensions;
    std::vector<VerifyInit> inits;
    bool operator==(AggregationJob const&) const = default;

    Bytes encoded() const;
    static Result<AggregationJob> decode(ByteView bytes);
};

// 4.5.3.2: the helper's word on one report.
enum class Step : std::uint8_t { proceed = 0, finish = 1, reject = 2 };

struct VerifyResponse {
    report::ReportId id{};
    Step step = Step::finish;
    Bytes payload{};                                            // where it proceeds: ping_pong(finish)
    report::ReportError error = report::ReportError::reserved;  // where it rejects
    bool operator==(VerifyResponse const&) const = default;
};

// AggregationJobResp: one after the other, in the request's order.
Bytes encode(std::span<VerifyResponse const> responses);
Result<std::vector<VerifyResponse>> decode_verify_responses(ByteView bytes);

// draft-irtf-cfrg-vdaf-20, 5.7.1: what two aggregators that take turns say; of one round only these two.
enum class PingPong : std::uint8_t { initialize = 0, finish = 2 };

Bytes ping_pong(PingPong kind, ByteView content);
// Of that kind, or invalid_input.
Result<Bytes> read_ping_pong(PingPong kind, ByteView bytes);

// 4.1 and 5.1: Query and BatchSelector, which look the same where batches are intervals.
struct Batch {
    report::BatchMode mode = report::BatchMode::time_interval;
    Bytes config;
    bool operator==(Batch const&) const = default;

    static Batch of(report::Interval const& interval);
    // Another mode: invalid_input.
    Result<report::Interval> interval() const;
};

// CollectionJobReq: collector to leader.
struct CollectionJob {
    Batch query;
    Bytes parameter{};
    std::vector<report::Extension> extensions{};
    bool operator==(CollectionJob const&) const = default;

    Bytes encoded() const;
    static Result<CollectionJob> decode(ByteView bytes);
};

// CollectionJobResp.
struct Collection {
    std::uint64_t reports = 0;
    report::Interval interval;  // the shortest that has all of them
    report::HpkeCiphertext leader;
    report::HpkeCiphertext helper;
    bool operator==(Collection const&) const = default;

    Bytes encoded() const;
    static Result<Collection> decode(ByteView bytes);
};

// SHA-256 of each report's id, all combined by exclusive or.
using Checksum = std::array<std::uint8_t, 32>;
void add(Checksum& checksum, report::ReportId const& id);
void add(Checksum& checksum, Checksum const& other);

// AggregateShareReq: leader to helper.
struct AggregateShareRequest {
    CollectionJob job;
    Batch batch;
    std::uint64_t reports = 0;
    Checksum checksum{};
    bool operator==(AggregateShareRequest const&) const = default;

    Bytes encoded() const;
    static Result<AggregateShareRequest> decode(ByteView bytes);
};

// AggregateShare.
Bytes encode(report::HpkeCiphertext const& share);
Result<report::HpkeCiphertext> decode_aggregate_share(ByteView bytes);

// 4.6.4: sealed by an aggregator for the collector, who opens it for what it has asked.
Result<report::HpkeCiphertext> seal_aggregate_share(report::HpkeConfig const& collector, report::Aggregator from,
                                                    report::Task const& task, CollectionJob const& job, ByteView share);
Result<Bytes> open_aggregate_share(report::HpkeConfig const& config, crypto::AgreementKey const& key,
                                   report::Aggregator from, report::Task const& task, CollectionJob const& job,
                                   report::HpkeCiphertext const& sealed);

}  // namespace kindgate::dap
