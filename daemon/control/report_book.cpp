#include "report_book.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/bytes.h"
#include "report/prio3.h"
#include "report/randomised_response.h"

namespace kindgate::control {

namespace {

using ledger::ReportRecord;
using ledger::ReportState;

void forget_what_it_said(ReportRecord& record) {
    record.answer = 0;
    record.random.clear();
    if (record.state != ReportState::sent) record.message.clear();
}

}  // namespace

Result<std::size_t> random_size(report::Task const& task) {
    return KG_TRY(report::Prio3::create(KG_TRY(task.vdaf.vdaf()))).random_size();
}

Result<void> ReportBook::load() {
    auto contents = KG_TRY(ledger_.read_reports());
    records_ = std::move(contents.records);
    switched_ = contents.switched;
    first_week_ = contents.first_week;
    return {};
}

bool ReportBook::waits(ReportRecord const& record) {
    return record.state == ReportState::drawn || record.state == ReportState::sealed;
}

Result<void> ReportBook::switch_to(ledger::ReportSwitch const& to, report::Week running) {
    if (to.on && !ledger_.durable())
        return Error{ErrorCode::unavailable,
                     "nothing can be kept on this machine's disk, so nobody could be sure that no answer is given "
                     "twice: mend the state folder first"};
    auto const kept = ledger_.switch_reports(to, running);
    if (to.on && !kept.ok()) return kept.error();
    switched_ = to;
    if (to.on) {
        first_week_ = running;
        return {};
    }
    for (auto& record : records_) {
        if (!waits(record)) continue;
        record.state = ReportState::withdrawn;
        record.changed = to.switched;
        forget_what_it_said(record);
    }
    return kept;
}

std::uint64_t ReportBook::spent(report::Week week) const {
    std::uint64_t sum = 0;
    for (auto const& record : records_)
        if (record.week == week) sum += record.epsilon_thousandths;
    return sum;
}

bool ReportBook::fits(report::Week week, report::Table const& table, std::uint32_t budget_thousandths) const {
    return spent(week) + table.epsilon.thousandths() <= budget_thousandths;
}

bool ReportBook::answered(report::Week week, std::string_view table) const {
    return std::ranges::any_of(
        records_, [&](ReportRecord const& record) { return record.week == week && record.table == table; });
}

ReportRecord const* ReportBook::find(std::string_view task, report::Week week) const {
    auto const found =
        std::ranges::find_if(records_, [&](auto const& record) { return record.task == task && record.week == week; });
    return found == records_.end() ? nullptr : &*found;
}

Result<void> ReportBook::draw(report::Week week, policy::ReportTask const& survey, report::Table const& table,
                              std::size_t truth, std::uint32_t budget_thousandths, policy::Instant due,
                              policy::Instant now) {
    if (!ledger_.durable()) return Error{ErrorCode::unavailable, "the budget can't be kept on this machine's disk"};
    if (!fits(week, table, budget_thousandths))
        return Error{ErrorCode::forbidden,
                     fmt::format("{} of the week {} doesn't fit into the budget", table.id, week.name())};
    auto const size = KG_TRY(random_size(survey.task));
    ReportRecord record{.week = week,
                        .task = survey.id(),
                        .table = table.id,
                        .epsilon_thousandths = table.epsilon.thousandths(),
                        .due = due,
                        .changed = now,
                        .report_id = {},
                        .random = {},
                        .message = {}};
    if (!KG_TRY(ledger_.debit(record)))
        return Error{ErrorCode::forbidden, fmt::format("{} of the week {} is answered already", table.id, week.name())};
    records_.push_back(record);
    // From here on this week's answer is drawn now or never.
    record.answer = static_cast<std::uint32_t>(report::randomise(truth, table.buckets.size(), table.epsilon, random_));
    renew(record, size);
    return put(std::move(record));
}

void ReportBook::renew(ReportRecord& record, std::size_t random_size) {
    record.report_id.resize(sizeof(report::Nonce));
    random_.fill(record.report_id);
    record.random.resize(random_size);
    random_.fill(record.random);
    record.message.clear();
    record.state = ReportState::drawn;
}

Result<void> ReportBook::put(ReportRecord record) {
    if (!waits(record)) forget_what_it_said(record);
    KG_TRY(ledger_.put_report(record));
    auto const own = std::ranges::find_if(
        records_, [&](auto const& one) { return one.task == record.task && one.week == record.week; });
    *own = std::move(record);
    return {};
}

}  // namespace kindgate::control
