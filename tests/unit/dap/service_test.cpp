// Leader and helper as they answer over HTTP, with the connection between them left out.
#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "helper_service.h"
#include "household.h"
#include "leader_service.h"
#include "test.h"

namespace kindgate::dap {

namespace {

using report::ReportError;
using report::Vdaf;
using report::VdafType;

constexpr std::uint64_t week = 2900;
constexpr std::chrono::sys_seconds now{std::chrono::seconds{week * 604800 + 1000}};

report::Task task_of(Vdaf const& vdaf, std::uint64_t least = 50) {
    report::Task task;
    task.info = {'t'};
    task.leader_url = "https://leader.example/";
    task.helper_url = "https://helper.example/dap/";
    task.time_precision = report::WholeSeconds{604800};
    task.min_batch_size = least;
    task.vdaf = report::VdafConfig::of(vdaf);
    task.extensions.push_back(report::task_interval({week - 10, 20}));
    return task;
}

// Both aggregators and the collector.
struct Parties {
    report::Task task;
    OwnKey collector = OwnKey::at_random(9);
    std::vector<std::string> log;
    bool helper_answers = true;
    Faults faults{};  // the leader's
    HelperService helper{setup(), KeyRing{}};
    LeaderService leader{setup(), KeyRing{}, [this](HttpRequest const& request) { return to_helper(request); }};
    report::SeededRandom random{bytes_of("a seed")};

    explicit Parties(Vdaf const& vdaf, std::uint64_t least = 50) : task(task_of(vdaf, least)) {}

    Setup setup() {
        return {.secret = {1},
                .least = std::nullopt,
                .collector = collector.config,
                .log = [this](std::string const& line) { log.push_back(line); }};
    }
    Result<HttpReply> to_helper(HttpRequest request) {
        if (!helper_answers) return Error{ErrorCode::unavailable, "no answer"};
        request.url = request.url.substr(std::string_view{"https://helper.example"}.size());
        return helper.answer(request, {"leader", now});
    }
    report::HpkeConfig config(Service& service) {
        return test::value(fetched_config(service.answer({"GET", "/hpke_config"}, {"household", now, faults})));
    }
    template <std::size_t size>
    std::array<std::uint8_t, size> octets() {
        std::array<std::uint8_t, size> made{};
        random.fill(made);
        return made;
    }
    report::Report report(std::vector<std::uint64_t> const& measurement, std::uint64_t time = week) {
        return report_for(measurement, config(leader), config(helper), time);
    }
    report::Report report_for(std::vector<std::uint64_t> const& measurement, report::HpkeConfig const& to_leader,
                              report::HpkeConfig const& to_helper, std::uint64_t time = week) {
        auto const prio3 = test::value(report::Prio3::create(test::value(task.vdaf.vdaf())));
        Bytes chance(prio3.random_size());
        random.fill(chance);
        auto const recipient = [](report::HpkeConfig const& to) {
            return report::Recipient{to, crypto::AgreementKey::at_random(crypto::Curve::x25519)};
        };
        return test::value(report::make_report(task, measurement, {octets<16>(), time, {}}, chance,
                                               recipient(to_leader), recipient(to_helper)));
    }
    HttpReply post(std::string const& resource, std::string_view message, Bytes body) {
        auto request = dap::post(task, "/" + task_url("", task.id(), resource).substr(1), message, std::move(body));
        return leader.answer(request, {"192.0.2.1", now, faults});
    }
    // What the leader says of each, "" where it takes it.
    std::string upload(report::Report const& report) {
        auto const reply = post("reports", "upload-req", report.encoded());
        test::equal(reply.status, 200U, "an upload's status");
        if (reply.body.empty()) return "";
        auto const refused = test::value(report::decode_upload_errors(reply.body));
        test::check(refused.size() == 1 && refused.front().id == report.metadata.id, "it's about this report");
        return code(refused.front().error);
    }
    HttpReply ask(report::Interval const& interval) {
        return post("collection_jobs", "collection-job-req", CollectionJob{.query = Batch::of(interval)}.encoded());
    }
    Collected collect(report::Interval const& interval = {week, 1}) {
        auto const reply = ask(interval);
        test::equal(reply.status, 201U, text_of(reply.body));
        auto const collection = test::value(Collection::decode(test::value(body_of(reply, "collection-job-resp"))));
        return test::value(opened(task, collector, {.query = Batch::of(interval)}, collection));
    }
    std::size_t logged(std::string_view line) const { return static_cast<std::size_t>(std::ranges::count(log, line)); }
};

constexpr Vdaf histogram{VdafType::histogram, 4, 0, 2};

std::string shown(std::vector<std::uint64_t> const& numbers) {
    std::string text;
    for (auto const number : numbers) text += fmt::format("{} ", number);
    return text;
}

void fill(Parties& parties, std::size_t reports) {
    for (std::uint64_t i = 0; i < reports; ++i) test::equal(parties.upload(parties.report({i % 4})), "", "taken");
}

constexpr test::Test tests[] = {
    {"fifty households give the right sums",
     [] {
         Parties of_histogram{histogram};
         fill(of_histogram, 50);
         test::equal(shown(of_histogram.collect().counts), "13 13 12 12 ", "Histogram");
         Parties of_count{{VdafType::count}};
         for (std::uint64_t i = 0; i < 50; ++i)
             test::equal(of_count.upload(of_count.report({i % 5 == 0})), "", "taken");
         auto const counted = of_count.collect();
         test::equal(counted.reports, 50U, "reports");
         test::equal(shown(counted.counts), "40 10 ", "Count: no and yes");
         Parties of_sums{{VdafType::sum_vec, 3, 7, 2}};
         for (std::uint64_t i = 0; i < 50; ++i) test::equal(of_sums.upload(of_sums.report({i % 8, 7, 0})), "", "taken");
         test::equal(shown(of_sums.collect().counts), "169 350 0 ", "SumVec");
     }},
    {"a report that comes twice counts once",
     [] {
         Parties parties{histogram};
         auto const report = parties.report({3});
         test::equal(parties.upload(report), "", "first");
         test::equal(parties.upload(report), "report_replayed (2)", "again");
         fill(parties, 49);
         test::equal(parties.collect().reports, 50U, "reports");
         test::equal(parties.upload(parties.report({0})), "batch_collected (1)", "too late");
     }},
    {"a report with a bad proof or sealed for another key is refused, and the others still count",
     [] {
         Parties parties{histogram};
         auto const leader = parties.config(parties.leader);
         auto const helper = parties.config(parties.helper);
         auto other = OwnKey::at_random(leader.id).config;
         test::equal(parties.upload(parties.report_for({0}, other, helper)), "hpke_decrypt_error (5)", "the leader");
         auto const unopened = parties.report_for({0}, leader, other);
         test::equal(parties.upload(unopened), "", "the leader can't know");
         other.id = 77;
         test::equal(parties.upload(parties.report_for({0}, other, helper)), "hpke_unknown_config_id (4)", "no key");
         // The leader's share of one report sealed into another: its proof is of something else.
         auto const a = parties.report({0});
         auto forged = parties.report({1});
         forged.public_share = a.public_share;
         test::equal(parties.upload(forged), "hpke_decrypt_error (5)", "a share is bound to its public share");
         auto const lie = [&] {
             auto const prio3 = test::value(report::Prio3::create(histogram));
             auto const shares =
                 test::value(prio3.shard(report::vdaf_context(parties.task.id()), std::vector<std::uint64_t>{1}, {5},
                                         Bytes(prio3.random_size())));
             report::Report made{{{5}, week, {}}, shares.public_share, {}, {}};
             auto const aad =
                 report::input_share_aad(parties.task.id(), parties.task, made.metadata, made.public_share);
             auto share = shares.input_shares[0];
             share[0] ^= 1U;
             auto const to = [](report::HpkeConfig const& config) {
                 return report::Recipient{config, crypto::AgreementKey::at_random(crypto::Curve::x25519)};
             };
             made.leader = test::value(seal(to(leader), report::Aggregator::leader, aad, {{}, share}));
             made.helper = test::value(seal(to(helper), report::Aggregator::helper, aad, {{}, shares.input_shares[1]}));
             return made;
         }();
         test::equal(parties.upload(lie), "", "its proof is looked at with the helper");
         fill(parties, 50);
         test::equal(shown(parties.collect().counts), "13 13 12 12 ", "the others");
         test::equal(parties.logged(fmt::format("verify {} vdaf_verify_error (6)", hex(lie.metadata.id))), 2U, "both");
         test::equal(parties.logged(fmt::format("verify {} hpke_decrypt_error (5)", hex(unopened.metadata.id))), 2U,
                     "both");
     }},
    {"a report's time has to be the task's and not the future's",
     [] {
         Parties parties{histogram};
         for (auto const& [time, expected] :
              std::vector<std::pair<std::uint64_t, std::string_view>>{{week - 11, "task_not_started (10)"},
                                                                      {week - 10, ""},
                                                                      {week, ""},
                                                                      {week + 1, "report_too_early (9)"},
                                                                      {week + 10, "task_expired (7)"}})
             test::equal(parties.upload(parties.report({0}, time)), expected, std::to_string(time));
     }},
    {"after a rotation the old configuration is outdated",
     [] {
         Parties parties{histogram};
         auto const report = parties.report({0});
         parties.faults.rotate = true;
         test::equal(parties.upload(report), "outdated_config (11)", "the old one");
         test::equal(parties.upload(parties.report({0})), "", "it rotates once");
         parties.faults = {.wrong_key = true};
         test::equal(parties.upload(parties.report({0})), "hpke_decrypt_error (5)", "a key that is nobody's");
         parties.faults = {.refuse = ReportError::invalid_message};
         test::equal(parties.upload(parties.report({0})), "invalid_message (8)", "and refuses what it's told to");
     }},
    {"fewer than the least batch are not collected, nor a batch that was",
     [] {
         Parties parties{histogram};
         fill(parties, 49);
         auto const few = parties.ask({week, 1});
         test::equal(few.status, 400U, "status");
         test::contains(text_of(few.body), "urn:ietf:params:ppm:dap:error:invalidBatchSize");
         fill(parties, 1);
         test::equal(parties.collect().reports, 50U, "as soon as there are enough");
         test::equal(parties.collect().reports, 50U, "the same question again has the same answer");
         auto const made = parties.ask({week, 1});
         auto const again = parties.leader.answer({"GET", std::string{field(made.fields, "Location")}}, {"", now});
         test::check(again.status == 200 && again.body == made.body, "and it can be fetched where it was made");
         test::contains(text_of(parties.ask({week - 1, 2}).body), "batchOverlap");
     }},
    {"a helper that doesn't answer is asked again, and no report is lost",
     [] {
         Parties parties{histogram};
         fill(parties, 101);
         parties.helper_answers = false;
         test::equal(parties.ask({week, 1}).status, 502U, "the helper is away");
         parties.helper_answers = true;
         test::equal(parties.collect().reports, 101U, "all of them");
     }},
    {"a request that is none is told so",
     [] {
         Parties parties{histogram};
         auto const told = [&](HttpReply const& reply, unsigned status, std::string_view text) {
             test::equal(reply.status, status, text);
             test::contains(text_of(reply.body), text);
         };
         told(parties.post("reports", "upload-req", Bytes{1}), 400, "invalidMessage");
         told(parties.post("reports", "upload-errors", {}), 415, "upload-req");
         told(parties.post("nothing", "upload-req", {}), 404, "no such resource");
         report::TaskId const unknown{1};
         told(parties.leader.answer({"POST", task_url("", unknown, "reports")}, {"", now}), 400, "unrecognizedTask");
         auto request = post(parties.task, task_url("", unknown, "reports"), "upload-req", {});
         told(parties.leader.answer(request, {"", now}), 400, "unrecognizedTask");
         told(parties.leader.answer({"GET", "/"}, {"", now}), 404, "no such resource");
         CollectionJob const extended{.query = Batch::of({week, 1}), .extensions = {{.type = 1, .data = {}}}};
         told(parties.post("collection_jobs", "collection-job-req", extended.encoded()), 400, "unsupportedExtension");
     }},
    {"faults are words",
     [] {
         auto const faults = test::value(Faults::parse("slow\nwrong-key refuse=8 "));
         test::check(faults.slow && faults.wrong_key && !faults.cut, "as said");
         test::check(faults.refuse == ReportError::invalid_message, "the code");
         test::check(!Faults::parse("sloow").ok() && !Faults::parse("refuse=x").ok(), "no others");
     }},
    {"an aggregator's keys come back from their file",
     [] {
         KeyRing keys;
         keys.rotate();
         auto const back = test::value(KeyRing::parse(keys.text()));
         test::equal(back.text(), keys.text(), "text");
         test::check(keys.rotate_once(true) && !keys.rotate_once(true), "once");
         test::check(!keys.rotate_once(false) && keys.rotate_once(true), "and when it's wanted anew");
         test::equal(int{back.newest().config.id}, 2, "the newest is the last");
         test::check(!KeyRing::parse("").ok() && !KeyRing::parse("1 00").ok() && !KeyRing::parse("x").ok(),
                     "no others");
     }},
    {"households are shared out as the weights say",
     [] { test::equal(shown(shared_out(10, std::vector{40.0, 30.0, 20.0, 15.0})), "4 3 2 1 ", "ten of 105"); }},
};

}  // namespace

}  // namespace kindgate::dap

int main() {
    return kindgate::test::run("dap/service", kindgate::dap::tests);
}
