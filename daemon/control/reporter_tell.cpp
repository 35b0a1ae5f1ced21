// Reporter: what people are told of what leaves the house.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "kindgate/v1/api.pb.h"
#include "policy/calendar.h"
#include "report/randomised_response.h"
#include "reporter.h"

namespace kindgate::control {

namespace {

using ledger::ReportRecord;
using ledger::ReportState;
using report::Week;

std::string percent(double share) {
    return fmt::format("{:.1f} %", share * 100);
}

// ε as people can judge it: what it makes of even odds.
std::string epsilon_in_words(std::uint64_t number, std::string_view of) {
    auto const factor = std::exp(static_cast<double>(number) / 1000);
    return fmt::format(
        "Whoever sees {} and thought before that some answer of this house is as likely as not may be {} "
        "sure of it afterwards, at most",
        of, percent(factor / (1 + factor)));
}

std::string_view word(ReportState state) {
    switch (state) {
        case ReportState::debited: return "lost";
        case ReportState::drawn: return "drawn";
        case ReportState::sealed: return "sealed";
        case ReportState::sent: return "sent";
        case ReportState::withdrawn: return "withdrawn";
        case ReportState::failed: return "failed";
    }
    return "failed";
}

// For a question that nobody asks: such a survey as somebody might.
report::Task example_task(std::size_t answers) {
    report::Task task;
    task.info = {'e', 'x', 'a', 'm', 'p', 'l', 'e'};
    task.leader_url = "https://leader.invalid/";
    task.helper_url = "https://helper.invalid/";
    task.time_precision = std::chrono::weeks{1};
    task.min_batch_size = 1000;
    auto const chunk = static_cast<std::uint32_t>(std::lround(std::sqrt(static_cast<double>(answers))));
    task.vdaf = report::VdafConfig::of({report::VdafType::histogram, static_cast<std::uint32_t>(answers), 0, chunk});
    return task;
}

// What it has as an upload, sealed with X25519 and an AEAD with a tag of 16 octets.
std::size_t upload_octets(DrawnShares const& shares) {
    constexpr std::size_t key = 32;
    constexpr std::size_t tag = 16;
    auto const sealed = [](Bytes const& share) {
        auto const plain = report::PlaintextInputShare{{}, share}.encoded().size();
        return report::HpkeCiphertext{0, Bytes(key), Bytes(plain + tag)};
    };
    return report::Report{shares.metadata, shares.public_share, sealed(shares.leader), sealed(shares.helper)}
        .encoded()
        .size();
}

}  // namespace

// Of the last whole week, for good; "" : it is, or will be.
std::string_view Reporter::why_unanswered(Survey const& survey, std::optional<report::Day> today) const {
    if (!on() || !today) return {};
    auto const week = Week::of(*today).before();
    if (!book_.first_week() || week < *book_.first_week() || book_.find(survey.task->id(), week) != nullptr) return {};
    if (book_.answered(week, survey.table->id)) return "another task had this question's answer";
    if (!book_.fits(week, *survey.table, policy_->reports.epsilon_thousandths)) return "the week's budget is used up";
    return {};
}

std::vector<std::string> Reporter::warnings(std::optional<report::Day> today) const {
    std::vector<std::string> all;
    if (!policy_) return {"no policy is in force"};
    if (!tables_) all.push_back(tables_error_);
    if (policy_->reports.keep.count() == 0)
        all.emplace_back("nothing is counted (keep_days: 0), so nothing can be reported");
    if (on() && policy_->reports.tasks.empty())
        all.emplace_back("the policy takes part in no survey (reports { tasks { … } }): nothing is sent");
    std::uint64_t needed = 0;
    for (auto const& survey : surveys()) {
        if (!survey.refused.empty()) {
            all.push_back(fmt::format("{}: {}", survey.task->table, survey.refused));
            continue;
        }
        needed += survey.table->epsilon.thousandths();
        if (auto const why = why_unanswered(survey, today); !why.empty())
            all.push_back(
                fmt::format("{}: not answered for {}: {}", survey.task->table, Week::of(*today).before().name(), why));
    }
    if (needed > policy_->reports.epsilon_thousandths)
        all.push_back(fmt::format(
            "all surveys together would tell {} a week and the budget is {}: those that come "
            "last in the policy are not answered",
            report::thousandths_text(needed), report::thousandths_text(policy_->reports.epsilon_thousandths)));
    return all;
}

v1::ReportStatus Reporter::status(std::optional<report::Day> today) const {
    v1::ReportStatus answer;
    answer.set_on(book_.on());
    if (auto const& switched = book_.switched()) {
        answer.set_switched(policy::rfc3339(switched->switched));
        answer.set_switched_by(switched->by);
    }
    for (auto const& warning : warnings(today)) answer.add_warnings(warning);
    for (auto record = book_.records().rbegin(); record != book_.records().rend(); ++record) {
        auto* const told = answer.add_records();
        told->set_week(record->week.name());
        told->set_table(record->table);
        told->set_task(record->task);
        told->set_epsilon(report::thousandths_text(record->epsilon_thousandths));
        told->set_state(std::string{word(record->state)});
        if (ReportBook::waits(*record)) told->set_due(policy::rfc3339(record->due));
        told->set_changed(policy::rfc3339(record->changed));
        told->set_note(record->note);
    }
    std::ranges::stable_sort(*answer.mutable_records(), std::greater{}, &v1::ReportRecord::week);
    if (!policy_) return answer;
    auto const& reports = policy_->reports;
    answer.set_keep_days(static_cast<std::uint32_t>(reports.keep.count()));
    answer.set_epsilon(report::thousandths_text(reports.epsilon_thousandths));
    if (today) {
        auto const week = Week::of(*today).before();
        answer.set_week(week.name());
        answer.set_epsilon_left(report::thousandths_text(
            reports.epsilon_thousandths - std::min<std::uint64_t>(book_.spent(week), reports.epsilon_thousandths)));
    }
    if (reports.relay) answer.set_relay(reports.relay->url);
    for (auto const& survey : surveys()) {
        auto const& task = survey.task->task;
        auto* const told = answer.add_surveys();
        told->set_table(survey.task->table);
        if (survey.table != nullptr) {
            told->set_question(survey.table->question);
            told->set_epsilon(survey.table->epsilon.text());
        }
        told->set_leader(survey.task->leader);
        told->set_leader_url(task.leader_url);
        told->set_helper(survey.task->helper);
        told->set_helper_url(task.helper_url);
        told->set_task(survey.task->id());
        told->set_min_batch_size(task.min_batch_size);
        if (auto const interval = task.interval())
            told->set_ends(policy::rfc3339(policy::Instant{
                std::chrono::seconds{static_cast<std::int64_t>(interval->end() * task.time_precision.count())}}));
        told->set_refused(survey.refused);
    }
    return answer;
}

void Reporter::describe(report::Table const& table, report::HouseholdWeek const& week, v1::ReportAnswer& answer) const {
    answer.set_table(table.id);
    answer.set_question(table.question);
    for (auto const& bucket : table.buckets) answer.add_choices(bucket.label);
    answer.set_truth(table.buckets[report::bucket_of(table, week)].label);
    auto const factor = std::exp(table.epsilon.ratio().approximate());
    auto const others = static_cast<double>(table.buckets.size() - 1);
    answer.set_truth_chance(percent(factor / (factor + others)));
    answer.set_other_chance(percent(1 / (factor + others)));
    answer.set_epsilon(table.epsilon.text());
    answer.set_epsilon_text(epsilon_in_words(table.epsilon.thousandths(), "this answer"));
}

void Reporter::show_bytes(report::Table const& table, policy::ReportTask const* survey, ReportRecord const* record,
                          Week week, std::size_t truth, v1::ReportAnswer& answer) {
    auto const answers = table.buckets.size();
    auto const task = survey != nullptr ? survey->task : example_task(answers);
    answer.set_state(record == nullptr ? "example" : std::string{word(record->state)});
    if (record != nullptr) {
        answer.set_upload(hex(record->message));
        answer.set_report_id(hex(record->report_id));
        answer.set_time(task.time(week.report_time()));
        answer.set_upload_octets(static_cast<std::uint32_t>(record->message.size()));
        if (!ReportBook::waits(*record)) return;
        answer.set_due(policy::rfc3339(record->due));
        answer.set_answer(table.buckets.at(std::min<std::size_t>(record->answer, answers - 1)).label);
    }
    ReportRecord example{.week = week, .task = {}, .table = {}, .report_id = {}, .random = {}, .message = {}};
    if (record == nullptr) {
        auto const size = random_size(task);
        if (!size.ok()) return;
        example.answer = static_cast<std::uint32_t>(report::randomise(truth, answers, table.epsilon, random_));
        book_.renew(example, *size);
        record = &example;
    }
    auto const shares = shares_of(*record, task, answers);
    if (!shares.ok()) return;
    answer.set_report_id(hex(shares->metadata.id));
    answer.set_time(shares->metadata.time);
    answer.set_public_share(hex(shares->public_share));
    answer.set_leader_share(hex(shares->leader));
    answer.set_helper_share(hex(shares->helper));
    if (record->message.empty()) answer.set_upload_octets(static_cast<std::uint32_t>(upload_octets(*shares)));
}

v1::ReportPreview Reporter::preview(std::optional<report::Day> today) {
    v1::ReportPreview answer;
    answer.set_on(book_.on());
    for (auto const& warning : warnings(today)) answer.add_warnings(warning);
    if (!policy_ || !tables_ || !today) return answer;
    auto const running = Week::of(*today);
    auto const first = book_.first_week();
    auto const week = first && *first < running ? running.before() : running;
    answer.set_week(week.name());
    answer.set_from(report::date_text(week.first()));
    answer.set_to(report::date_text(week.last()));
    auto const measured = this->measured(week);
    if (!measured.ok()) {
        answer.add_warnings(measured.error().message());
        return answer;
    }
    std::uint64_t sum = 0;
    auto const tell = [&](report::Table const& table, policy::ReportTask const* survey) {
        auto& told = *answer.add_answers();
        describe(table, *measured, told);
        auto const* const record = survey == nullptr ? nullptr : book_.find(survey->id(), week);
        if (survey != nullptr) {
            told.set_leader(survey->leader);
            told.set_helper(survey->helper);
        }
        show_bytes(table, survey, record, week, report::bucket_of(table, *measured), told);
        sum += table.epsilon.thousandths();
    };
    if (policy_->reports.tasks.empty())
        for (auto const& table : tables_->tables) tell(table, nullptr);
    for (auto const& survey : surveys())
        if (survey.refused.empty()) tell(*survey.table, survey.task);
    // Never more than the budget leaves this house in a week.
    sum = std::min<std::uint64_t>(sum, policy_->reports.epsilon_thousandths);
    answer.set_epsilon(report::thousandths_text(sum));
    answer.set_epsilon_text(epsilon_in_words(sum, "all answers of a week"));
    return answer;
}

}  // namespace kindgate::control
