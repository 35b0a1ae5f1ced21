// The leader's resources. It verifies what it has when a collector asks.
#pragma once

#include <deque>

#include "leader.h"
#include "service.h"

namespace kindgate::dap {

class LeaderService final : public Service {
public:
    // `send`: to the helper.
    LeaderService(Setup setup, KeyRing keys, Send send)
        : Service(std::move(setup), std::move(keys)), send_(std::move(send)) {}

private:
    struct Work {
        Leader leader;
        std::deque<Leader::Job> unanswered{};  // jobs that the helper didn't answer: asked again, it does them once
    };

    bool knows(report::TaskId const& id) const override { return tasks_.contains(id); }
    void add(Batches batches) override;
    bool makes(std::string_view resource) const override { return resource == "collection_jobs"; }
    Answered<HttpReply> post(report::TaskId const& id, std::string_view resource, HttpRequest const& request,
                             Caller const& caller) override;

    Answered<HttpReply> upload(Leader& leader, HttpRequest const& request, Caller const& caller);
    Answered<HttpReply> collect(Work& work, HttpRequest const& request);
    // All that waits for this interval, with the helper.
    Answered<void> verify(Work& work, report::Interval const& interval);
    Answered<void> verify(Leader& leader, Leader::Job job);
    Answered<Bytes> helpers(report::Task const& task, std::string_view resource, std::string_view message, Bytes body,
                            std::string_view answer);

    Send send_;
    std::map<report::TaskId, Work> tasks_{};
};

}  // namespace kindgate::dap
