#include "leader_service.h"

#include <fmt/format.h>

namespace kindgate::dap {

void LeaderService::add(Batches batches) {
    auto const id = batches.id();
    tasks_.emplace(id, Work{Leader{std::move(batches), keys()}});
}

Answered<HttpReply> LeaderService::post(report::TaskId const& id, std::string_view resource, HttpRequest const& request,
                                        Caller const& caller) {
    auto& work = tasks_.at(id);
    if (resource == "reports") return upload(work.leader, request, caller);
    if (resource == "collection_jobs") return collect(work, request);
    return problem(ProblemType::none, "the leader has no such resource", 404);
}

Answered<HttpReply> LeaderService::upload(Leader& leader, HttpRequest const& request, Caller const& caller) {
    auto const reports = message_of(request, "upload-req", report::decode_upload);
    if (!reports) return std::unexpected{reports.error()};
    std::vector<report::RefusedReport> refused;
    for (auto const& one : *reports) {
        auto const& id = one.metadata.id;
        auto const error = caller.faults.refuse;
        auto const told = error ? std::vector{report::RefusedReport{id, *error}} : leader.upload({&one, 1}, caller.now);
        log(fmt::format("upload {} {} from {}", hex(id), told.empty() ? "accepted" : code(told.front().error),
                        caller.address));
        refused.insert(refused.end(), told.begin(), told.end());
    }
    if (refused.empty()) return HttpReply{200};
    return HttpReply{200, {{"Content-Type", media_type("upload-errors")}}, report::encode_upload_errors(refused)};
}

Answered<HttpReply> LeaderService::collect(Work& work, HttpRequest const& request) {
    auto const job = message_of(request, "collection-job-req", CollectionJob::decode);
    if (!job) return std::unexpected{job.error()};
    if (!setup().collector) return problem(ProblemType::none, "this leader has no collector's key", 501);
    auto const interval = asked_interval(*job);
    if (!interval) return std::unexpected{interval.error()};
    if (auto const verified = verify(work, *interval); !verified) return std::unexpected{verified.error()};
    auto& leader = work.leader;
    auto const wanted = leader.share_request(*job);
    if (!wanted) return std::unexpected{wanted.error()};
    auto const answer =
        helpers(leader.task(), "aggregate_shares", "aggregate-share-req", wanted->encoded(), "aggregate-share");
    if (!answer) return std::unexpected{answer.error()};
    auto share = decode_aggregate_share(*answer);
    if (!share.ok()) return problem(ProblemType::none, share.error().message(), 502);
    auto const collection = leader.collect(*wanted, std::move(share).value(), *setup().collector);
    if (!collection) return std::unexpected{collection.error()};
    log(fmt::format("collected {} reports", collection->reports));
    return HttpReply{200, {{"Content-Type", media_type("collection-job-resp")}}, collection->encoded()};
}

Answered<void> LeaderService::verify(Work& work, report::Interval const& interval) {
    while (auto job = work.leader.begin(interval)) work.unanswered.push_back(*std::move(job));
    while (!work.unanswered.empty()) {
        if (auto const done = verify(work.leader, work.unanswered.front()); !done) return done;
        work.unanswered.pop_front();
    }
    return {};
}

Answered<void> LeaderService::verify(Leader& leader, Leader::Job job) {
    if (job.waiting.empty()) return {};
    auto const answer = helpers(leader.task(), "aggregation_jobs", "aggregation-job-init-req", job.request.encoded(),
                                "aggregation-job-resp");
    if (!answer) return std::unexpected{answer.error()};
    auto const responses = decode_verify_responses(*answer);
    if (!responses.ok()) return problem(ProblemType::none, responses.error().message(), 502);
    auto const refused = leader.finish(std::move(job), *responses);
    if (!refused) return std::unexpected{refused.error()};
    for (auto const& [id, error] : *refused) log(fmt::format("verify {} {}", hex(id), code(error)));
    return {};
}

Answered<Bytes> LeaderService::helpers(report::Task const& task, std::string_view resource, std::string_view message,
                                       Bytes body, std::string_view answer) {
    auto const url = task_url(task.helper_url, task.id(), resource);
    auto said = body_of(send_(dap::post(task, url, message, std::move(body))), answer);
    if (!said.ok()) return problem(ProblemType::none, fmt::format("the helper: {}", said.error().message()), 502);
    return std::move(said).value();
}

}  // namespace kindgate::dap
