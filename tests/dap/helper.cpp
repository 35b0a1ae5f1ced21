#include "helper.h"

#include <algorithm>

namespace kindgate::dap {

namespace {

using report::ReportError;

constexpr auto helper_index = static_cast<std::size_t>(report::Aggregator::helper);

bool has_twice(AggregationJob const& job) {
    std::set<report::ReportId> ids;
    return std::ranges::any_of(job.inits, [&](auto const& init) { return !ids.insert(init.share.metadata.id).second; });
}

}  // namespace

Answered<std::vector<VerifyResponse>> Helper::aggregate(AggregationJob const& job, std::chrono::sys_seconds now) {
    if (job.verification_key != 0)
        return problem(ProblemType::invalid_message, "the aggregators have one key, which is number 0");
    if (!job.parameter.empty())
        return problem(ProblemType::invalid_aggregation_parameter, "Prio3 takes no aggregation parameter");
    if (!job.extensions.empty())
        return problem(ProblemType::unsupported_extension, "no extension of aggregation jobs is known here");
    if (has_twice(job)) return problem(ProblemType::invalid_message, "a report is in the job twice");
    std::vector<VerifyResponse> responses;
    for (auto const& init : job.inits) {
        auto& response = responses.emplace_back(VerifyResponse{.id = init.share.metadata.id});
        auto message = verify(init, now);
        response.step = message ? Step::proceed : Step::reject;
        if (message)
            response.payload = ping_pong(PingPong::finish, *message);
        else
            response.error = message.error();
    }
    return responses;
}

std::expected<Bytes, ReportError> Helper::verify(VerifyInit const& init, std::chrono::sys_seconds now) {
    auto const& [metadata, public_share, sealed] = init.share;
    if (auto const fault = batches_.fault(metadata, now)) return std::unexpected{*fault};
    auto const aad = report::input_share_aad(batches_.id(), batches_.task(), metadata, public_share);
    auto const share = keys_.open(report::Aggregator::helper, aad, sealed);
    if (!share) return std::unexpected{share.error()};
    if (!share->private_extensions.empty()) return std::unexpected{ReportError::invalid_message};
    return verify(init, share->payload);
}

// The verifier message; what goes into the sum is added.
std::expected<Bytes, ReportError> Helper::verify(VerifyInit const& init, ByteView input_share) {
    auto const& [metadata, public_share, sealed] = init.share;
    auto const& prio3 = batches_.prio3();
    auto const of_leader = read_ping_pong(PingPong::initialize, init.payload);
    if (!of_leader.ok()) return std::unexpected{ReportError::invalid_message};
    auto const verified = [&]() -> Result<Bytes> {
        auto start = KG_TRY(prio3.verify_init(batches_.verify_key(), batches_.context(), helper_index, metadata.id,
                                              public_share, input_share));
        std::array const shares{*of_leader, std::move(start.verifier_share)};
        auto message = KG_TRY(prio3.verifier_message(batches_.context(), shares));
        batches_.add(metadata, KG_TRY(prio3.verify_next(std::move(start.state), message)));
        batches_.remember(metadata.id);
        return message;
    }();
    if (!verified.ok()) return std::unexpected{ReportError::vdaf_verify_error};
    return *verified;
}

Answered<report::HpkeCiphertext> Helper::share(AggregateShareRequest const& request,
                                               report::HpkeConfig const& collector) {
    auto const interval = asked_interval(request.job);
    if (!interval) return std::unexpected{interval.error()};
    if (request.batch != request.job.query)
        return problem(ProblemType::batch_mismatch, "the leader's batch isn't the one that the collector asked for");
    auto const sum = batches_.sum(*interval);
    if (!sum) return std::unexpected{sum.error()};
    if (sum->reports != request.reports || sum->checksum != request.checksum)
        return problem(ProblemType::batch_mismatch, "leader and helper have added up other reports");
    auto share =
        seal_aggregate_share(collector, report::Aggregator::helper, batches_.task(), request.job, sum->aggregate);
    if (!share.ok()) return problem(ProblemType::none, share.error().message(), 500);
    batches_.close(*interval);
    return std::move(share).value();
}

}  // namespace kindgate::dap
