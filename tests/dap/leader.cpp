#include "leader.h"

#include <algorithm>

namespace kindgate::dap {

namespace {

constexpr auto leader_index = static_cast<std::size_t>(report::Aggregator::leader);

}  // namespace

std::optional<report::ReportError> Leader::take(report::Report const& report, std::chrono::sys_seconds now) {
    using enum report::ReportError;
    if (auto const fault = batches_.fault(report.metadata, now)) return fault;
    auto const& prio3 = batches_.prio3();
    if (report.public_share.size() != prio3.public_share_size()) return invalid_message;
    auto const aad = report::input_share_aad(batches_.id(), task(), report.metadata, report.public_share);
    auto share = keys_.open(report::Aggregator::leader, aad, report.leader);
    if (!share) return share.error();
    if (!share->private_extensions.empty() || share->payload.size() != prio3.input_share_size(leader_index))
        return invalid_message;
    batches_.remember(report.metadata.id);
    pending_.push_back({report, std::move(share->payload)});
    return std::nullopt;
}

std::vector<report::RefusedReport> Leader::upload(std::span<report::Report const> reports,
                                                  std::chrono::sys_seconds now) {
    std::vector<report::RefusedReport> refused;
    for (auto const& report : reports)
        if (auto const error = take(report, now)) refused.push_back({report.metadata.id, *error});
    return refused;
}

std::optional<Leader::Job> Leader::begin(report::Interval const& batch) {
    std::optional<Job> job;
    std::vector<Pending> others;
    for (auto& pending : pending_) {
        auto const time = pending.report.metadata.time;
        bool const wanted = batch.start <= time && time < batch.end();
        if (!wanted || (job && job->waiting.size() == job_size)) {
            others.push_back(std::move(pending));
            continue;
        }
        if (!job) job.emplace();
        begin(std::move(pending), *job);
    }
    pending_ = std::move(others);
    return job;
}

void Leader::begin(Pending pending, Job& job) {
    auto& report = pending.report;
    auto start = batches_.prio3().verify_init(batches_.verify_key(), batches_.context(), leader_index,
                                              report.metadata.id, report.public_share, pending.input_share);
    if (!start.ok()) return;
    job.waiting.push_back({report.metadata, std::move(start->state)});
    job.request.inits.push_back(
        {ReportShare{std::move(report.metadata), std::move(report.public_share), std::move(report.helper)},
         ping_pong(PingPong::initialize, start->verifier_share)});
}

Answered<std::vector<report::RefusedReport>> Leader::finish(Job job, std::span<VerifyResponse const> responses) {
    bool const fits = std::ranges::equal(job.waiting, responses, [](auto const& waiting, auto const& response) {
        return waiting.metadata.id == response.id;
    });
    if (!fits) return problem(ProblemType::invalid_message, "the helper answers to other reports", 502);
    std::vector<report::RefusedReport> refused;
    for (std::size_t i = 0; i < responses.size(); ++i) {
        auto const& response = responses[i];
        auto& [metadata, state] = job.waiting[i];
        if (response.step == Step::reject) {
            refused.push_back({response.id, response.error});
            continue;
        }
        auto const message = read_ping_pong(PingPong::finish, response.payload);
        auto const share =
            message.ok() ? batches_.prio3().verify_next(std::move(state), *message) : Result<Bytes>{message.error()};
        if (share.ok())
            batches_.add(metadata, *share);
        else
            refused.push_back({response.id, report::ReportError::vdaf_verify_error});
    }
    return refused;
}

Answered<AggregateShareRequest> Leader::share_request(CollectionJob const& job) const {
    auto const interval = asked_interval(job);
    if (!interval) return std::unexpected{interval.error()};
    auto const sum = batches_.sum(*interval);
    if (!sum) return std::unexpected{sum.error()};
    return AggregateShareRequest{job, Batch::of(*interval), sum->reports, sum->checksum};
}

Answered<Collection> Leader::collect(AggregateShareRequest const& request, report::HpkeCiphertext helper,
                                     report::HpkeConfig const& collector) {
    auto const interval = asked_interval(request.job);
    if (!interval) return std::unexpected{interval.error()};
    auto const sum = batches_.sum(*interval);
    if (!sum) return std::unexpected{sum.error()};
    auto own = seal_aggregate_share(collector, report::Aggregator::leader, task(), request.job, sum->aggregate);
    if (!own.ok()) return problem(ProblemType::none, own.error().message(), 500);
    batches_.close(*interval);
    return Collection{sum->reports, sum->interval, std::move(own).value(), std::move(helper)};
}

}  // namespace kindgate::dap
