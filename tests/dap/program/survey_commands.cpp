// dap-party households, dap-party collect
#include <algorithm>
#include <iostream>
#include <map>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_string.h"
#include "base/whole_file.h"
#include "commands.h"
#include "household.h"
#include "oblivious.h"
#include "report/randomised_response.h"
#include "service.h"

namespace kindgate::dap {

namespace {

// What one household can be told; counted by these words.
std::string told(Result<HttpReply> const& reply) {
    if (!reply.ok()) return "no answer";
    if (reply->status / 100 == 2 && reply->body.empty()) return "accepted";
    auto const body = body_of(reply, "upload-errors");
    auto const refused =
        body.ok() ? report::decode_upload_errors(*body) : Result<std::vector<report::RefusedReport>>{body.error()};
    return refused.ok() && !refused->empty() ? code(refused->front().error) : "no answer";
}

// "https://leader.example/" asked for at the name that has one family's addresses: ipv4.leader.example.
std::string at_family(std::string url, std::string_view family) {
    constexpr std::string_view scheme = "https://";
    return family.empty() ? url : url.insert(scheme.size(), fmt::format("ipv{}.", family));
}

struct Survey {
    report::Task task;
    report::Epsilon epsilon;
    std::uint64_t week;
    Send send;
    report::SeededRandom random;

    std::string answer(std::size_t truth, std::string_view family) {
        auto const fetched = [&](std::string const& url) {
            return fetched_config(send({"GET", url_below(at_family(url, family), "hpke_config")}));
        };
        auto const leader = fetched(task.leader_url);
        auto const helper = fetched(task.helper_url);
        if (!leader.ok() || !helper.ok()) return "no configuration";
        auto const report = household_report(task, truth, epsilon, week, *leader, *helper, random);
        if (!report.ok()) return report.error().message();
        auto const url = task_url(at_family(task.leader_url, family), task.id(), "reports");
        return told(send(post(task, url, "upload-req", report->encoded())));
    }
};

Result<std::vector<std::string_view>> families(std::string const& addresses) {
    if (addresses.empty()) return std::vector<std::string_view>{""};
    if (addresses == "4") return std::vector<std::string_view>{"4"};
    if (addresses == "6") return std::vector<std::string_view>{"6"};
    if (addresses == "both") return std::vector<std::string_view>{"4", "6"};
    return Error{ErrorCode::invalid_input, "--addresses takes 4, 6 or both"};
}

// Through a relay, where there is one.
Result<Send> households_sender(Options const& options) {
    auto direct = sender(options.authorities);
    if (options.relay.empty()) return direct;
    auto const gateway = KG_TRY(fetched_gateway(direct({"GET", url_below(options.gateway, "ohttp-keys")})));
    return oblivious(options.relay, gateway, std::move(direct));
}

Result<OwnKey> read_key(std::string const& file) {
    constexpr std::size_t largest = 1U << 16U;
    return KG_TRY(KeyRing::parse(KG_TRY(read_file(file, largest)))).newest();
}

std::string estimates(std::span<std::uint64_t const> counts, report::Epsilon epsilon) {
    std::vector<std::string> each;
    for (auto const& one : report::estimate(counts, epsilon))
        each.push_back(fmt::format(R"({{"share":{:.6f},"standard_error":{:.6f}}})", one.share, one.standard_error));
    return fmt::format(R"(,"estimates":[{}])", fmt::join(each, ","));
}

}  // namespace

Result<int> households(Options const& options) {
    Survey survey{KG_TRY(read_task(options.task)), KG_TRY(report::Epsilon::parse(options.epsilon)),
                  KG_TRY(week_of(options.from_week)), KG_TRY(households_sender(options)),
                  report::SeededRandom{bytes_of(options.seed)}};
    auto const over = KG_TRY(families(options.addresses));
    bool const weights = std::ranges::all_of(options.truth, [](double weight) { return weight >= 0; });
    if (options.truth.size() != KG_TRY(answers(survey.task)) || !weights ||
        std::accumulate(options.truth.begin(), options.truth.end(), 0.0) <= 0)
        return Error{ErrorCode::invalid_input, "--truth has a weight for each of the task's answers"};
    auto const truth = shared_out(options.households, options.truth);
    std::map<std::string, std::uint64_t> outcomes;
    std::uint64_t asked = 0;
    for (std::size_t answer = 0; answer < truth.size(); ++answer)
        for (std::uint64_t i = 0; i < truth[answer]; ++i)
            ++outcomes[survey.answer(answer, over[asked++ % over.size()])];
    auto const accepted = outcomes["accepted"];
    std::vector<std::string> each;
    for (auto const& [words, times] : outcomes)
        if (times > 0) each.push_back(fmt::format("{}:{}", json_string(words), times));
    std::cout << fmt::format(R"({{"households":{},"accepted":{},"outcomes":{{{}}},"true_counts":[{}]}})", asked,
                             accepted, fmt::join(each, ","), fmt::join(truth, ","))
              << '\n';
    return accepted == asked ? 0 : 1;
}

Result<int> collect(Options const& options) {
    auto const task = KG_TRY(read_task(options.task));
    auto const key = KG_TRY(read_key(options.file));
    CollectionJob const job{.query = Batch::of({KG_TRY(week_of(options.from_week)), options.weeks})};
    auto const base = options.leader.empty() ? task.leader_url : options.leader;
    auto const url = task_url(base, task.id(), "collection_jobs");
    auto const reply = sender(options.authorities)(post(task, url, "collection-job-req", job.encoded()));
    auto const collection = KG_TRY(Collection::decode(KG_TRY(body_of(reply, "collection-job-resp"))));
    auto const collected = KG_TRY(opened(task, key, job, collection));
    std::string estimated;
    if (!options.epsilon.empty())
        estimated = estimates(collected.counts, KG_TRY(report::Epsilon::parse(options.epsilon)));
    std::cout << fmt::format(R"({{"reports":{},"from_week":{},"weeks":{},"counts":[{}]{}}})", collected.reports,
                             collection.interval.start, collection.interval.duration, fmt::join(collected.counts, ","),
                             estimated)
              << '\n';
    return 0;
}

}  // namespace kindgate::dap
