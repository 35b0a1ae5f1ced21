// The week's answers: what was debited, drawn, sealed and sent, each step in the ledger before it is taken. A week's
// answer to a task is drawn once; whatever happens afterwards, no second one ever is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/report_ledger.h"
#include "policy/model.h"
#include "report/random_source.h"
#include "report/tables.h"

namespace kindgate::control {

class ReportBook {
public:
    // Both must outlive this object.
    ReportBook(ledger::ReportLedger& ledger, report::RandomSource& random) : ledger_(ledger), random_(random) {}

    Result<void> load();

    bool on() const { return switched_ && switched_->on; }
    std::optional<ledger::ReportSwitch> const& switched() const { return switched_; }
    // On: answers are drawn of `running` and later weeks; of those before nobody agreed to it, and a new ledger doesn't
    // know what was told of them. Off withdraws what waits, and holds even where it can't be kept.
    Result<void> switch_to(ledger::ReportSwitch const& to, report::Week running);
    // None: never on.
    std::optional<report::Week> first_week() const { return first_week_; }

    // The week's budget has room for an answer to this table.
    bool fits(report::Week week, report::Table const& table, std::uint32_t budget_thousandths) const;
    // Debits ε, then draws what the house answers: `truth`, or any other. Over the budget, or answered already:
    // forbidden, and nothing is debited.
    Result<void> draw(report::Week week, policy::ReportTask const& survey, report::Table const& table,
                      std::size_t truth, std::uint32_t budget_thousandths, policy::Instant due, policy::Instant now);
    // What a week's answers have used of ε.
    std::uint64_t spent(report::Week week) const;

    // The latest last. What is drawn or sealed waits.
    std::vector<ledger::ReportRecord> const& records() const { return records_; }
    ledger::ReportRecord const* find(std::string_view task, report::Week week) const;
    // The question has an answer for that week, to whatever task.
    bool answered(report::Week week, std::string_view table) const;
    static bool waits(ledger::ReportRecord const& record);
    // Kept before it counts. Of a record that is there.
    Result<void> put(ledger::ReportRecord record);
    // A fresh id and randomness for the same answer.
    void renew(ledger::ReportRecord& record, std::size_t random_size);

private:
    ledger::ReportLedger& ledger_;
    report::RandomSource& random_;
    std::vector<ledger::ReportRecord> records_;
    std::optional<ledger::ReportSwitch> switched_;
    std::optional<report::Week> first_week_;
};

// Octets of chance that a report of this task takes.
Result<std::size_t> random_size(report::Task const& task);

}  // namespace kindgate::control
