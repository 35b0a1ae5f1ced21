// The helper of one task, without sockets: does what the leader asks, and believes it nothing (draft-ietf-ppm-dap-18,
// 4.5.3.3 and 4.6.3).
#pragma once

#include "batches.h"
#include "key_ring.h"

namespace kindgate::dap {

class Helper {
public:
    // The keys have to outlive this.
    Helper(Batches batches, KeyRing const& keys) : batches_(std::move(batches)), keys_(keys) {}

    // A word on each report, in the job's order.
    Answered<std::vector<VerifyResponse>> aggregate(AggregationJob const& job, std::chrono::sys_seconds now);
    // The batch is closed with it.
    Answered<report::HpkeCiphertext> share(AggregateShareRequest const& request, report::HpkeConfig const& collector);

private:
    std::expected<Bytes, report::ReportError> verify(VerifyInit const& init, std::chrono::sys_seconds now);
    std::expected<Bytes, report::ReportError> verify(VerifyInit const& init, ByteView input_share);

    Batches batches_;
    KeyRing const& keys_;
};

}  // namespace kindgate::dap
