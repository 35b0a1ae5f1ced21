// The leader of one task, without sockets: takes reports, verifies them with the helper, and gives the collector the
// sums (draft-ietf-ppm-dap-18, 4.4 to 4.6).
//
//   upload()  …  begin(), to the helper and back, finish()  …  share_request(), to the helper and back, collect()
#pragma once

#include "batches.h"
#include "key_ring.h"

namespace kindgate::dap {

class Leader {
public:
    static constexpr std::size_t job_size = 100;  // reports

    // The keys have to outlive this.
    Leader(Batches batches, KeyRing const& keys) : batches_(std::move(batches)), keys_(keys) {}

    report::Task const& task() const { return batches_.task(); }

    // Those that aren't taken, and why. Sealed for the leader wrongly is told here, for the helper when it's verified.
    std::vector<report::RefusedReport> upload(std::span<report::Report const> reports, std::chrono::sys_seconds now);

    // 4.5.3: reports of this interval that wait, at most job_size. Nothing waits: none. A proof that can't be begun is
    // as good as refused.
    struct Job {
        struct Waiting {
            report::ReportMetadata metadata;
            report::VerifyState state;
        };
        AggregationJob request;
        std::vector<Waiting> waiting;
    };
    std::optional<Job> begin(report::Interval const& batch);
    // What of it wasn't added. Answers to something else: the problem, and none of it was.
    Answered<std::vector<report::RefusedReport>> finish(Job job, std::span<VerifyResponse const> responses);

    // 4.6.3: once all is verified.
    Answered<AggregateShareRequest> share_request(CollectionJob const& job) const;
    // The batch is closed with it.
    Answered<Collection> collect(AggregateShareRequest const& request, report::HpkeCiphertext helper,
                                 report::HpkeConfig const& collector);

private:
    struct Pending {
        report::Report report;
        Bytes input_share;
    };
    std::optional<report::ReportError> take(report::Report const& report, std::chrono::sys_seconds now);
    void begin(Pending pending, Job& job);

    Batches batches_;
    KeyRing const& keys_;
    std::vector<Pending> pending_;
};

}  // namespace kindgate::dap
