// The helper's resources, which the leader asks for.
#pragma once

#include "helper.h"
#include "service.h"

namespace kindgate::dap {

class HelperService final : public Service {
public:
    HelperService(Setup setup, KeyRing keys) : Service(std::move(setup), std::move(keys)) {}

private:
    bool knows(report::TaskId const& id) const override { return tasks_.contains(id); }
    void add(Batches batches) override;
    bool makes(std::string_view resource) const override;
    Answered<HttpReply> post(report::TaskId const& id, std::string_view resource, HttpRequest const& request,
                             Caller const& caller) override;

    Answered<HttpReply> aggregate(Helper& helper, HttpRequest const& request, Caller const& caller);
    Answered<HttpReply> share(Helper& helper, HttpRequest const& request);

    std::map<report::TaskId, Helper> tasks_{};
};

}  // namespace kindgate::dap
