#include "helper_service.h"

#include <fmt/format.h>

namespace kindgate::dap {

void HelperService::add(Batches batches) {
    auto const id = batches.id();
    tasks_.emplace(id, Helper{std::move(batches), keys()});
}

bool HelperService::makes(std::string_view resource) const {
    return resource == "aggregation_jobs" || resource == "aggregate_shares";
}

Answered<HttpReply> HelperService::post(report::TaskId const& id, std::string_view resource, HttpRequest const& request,
                                        Caller const& caller) {
    auto& helper = tasks_.at(id);
    if (resource == "aggregation_jobs") return aggregate(helper, request, caller);
    if (resource == "aggregate_shares") return share(helper, request);
    return problem(ProblemType::none, "the helper has no such resource", 404);
}

Answered<HttpReply> HelperService::aggregate(Helper& helper, HttpRequest const& request, Caller const& caller) {
    auto const job = message_of(request, "aggregation-job-init-req", AggregationJob::decode);
    if (!job) return std::unexpected{job.error()};
    auto const responses = helper.aggregate(*job, caller.now);
    if (!responses) return std::unexpected{responses.error()};
    for (auto const& response : *responses)
        log(fmt::format("verify {} {}", hex(response.id),
                        response.step == Step::reject ? code(response.error) : "accepted"));
    return HttpReply{200, {{"Content-Type", media_type("aggregation-job-resp")}}, encode(*responses)};
}

Answered<HttpReply> HelperService::share(Helper& helper, HttpRequest const& request) {
    auto const wanted = message_of(request, "aggregate-share-req", AggregateShareRequest::decode);
    if (!wanted) return std::unexpected{wanted.error()};
    if (!setup().collector) return problem(ProblemType::none, "this helper has no collector's key", 501);
    auto const share = helper.share(*wanted, *setup().collector);
    if (!share) return std::unexpected{share.error()};
    log(fmt::format("share of {} reports", wanted->reports));
    return HttpReply{200, {{"Content-Type", media_type("aggregate-share")}}, encode(*share)};
}

}  // namespace kindgate::dap
