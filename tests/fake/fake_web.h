// Web servers outside that answer as the test says; each answer comes when the test lets it.
#pragma once

#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "control/web.h"

namespace kindgate::test {

class FakeWeb final : public control::Web {
public:
    void ask(HttpRequest request, std::function<void(Result<HttpReply>)> then) override {
        asked.push_back(request);
        waiting_.emplace_back(std::move(request), std::move(then));
    }

    // Answers what was asked, and what is asked then, until nothing waits.
    void answer_all() {
        while (!waiting_.empty()) {
            auto [request, then] = std::move(waiting_.front());
            waiting_.pop_front();
            then(answer(request));
        }
    }
    bool waits() const { return !waiting_.empty(); }
    // A power cut: nobody waits for an answer any more.
    void forget() { waiting_.clear(); }

    std::function<Result<HttpReply>(HttpRequest const&)> answer = [](HttpRequest const&) -> Result<HttpReply> {
        return Error{ErrorCode::unavailable, "nobody is there"};
    };
    std::vector<HttpRequest> asked;

private:
    std::deque<std::pair<HttpRequest, std::function<void(Result<HttpReply>)>>> waiting_;
};

}  // namespace kindgate::test
