// The rows of ReportLedger. Who writes does so in a transaction of his. Private to this folder.
#pragma once

#include <span>
#include <vector>

#include "database.h"
#include "ledger/report_ledger.h"

namespace kindgate::ledger {

Result<std::vector<DayCount>> read_house_counts(Database& database, report::Day first, report::Day last);
Result<std::vector<DayCount>> read_device_counts(Database& database, report::Day first, report::Day last);
Result<void> add_counts(Database& database, std::span<DayCount const> more);
Result<void> forget_counts_before(Database& database, report::Day day);
Result<void> forget_counts_of(Database& database, std::string const& device);

Result<ReportContents> read_report_contents(Database& database);
Result<void> put_report_switch(Database& database, ReportSwitch const& to);
Result<void> withdraw_reports(Database& database, Instant now);
Result<void> put_first_report_week(Database& database, report::Week week);
Result<bool> add_report(Database& database, ReportRecord const& record);
Result<void> replace_report(Database& database, ReportRecord const& record);

Result<std::vector<report::ReleasedTable>> read_released(Database& database, std::string const& period);
Result<void> add_released(Database& database, std::span<report::ReleasedTable const> tables);

}  // namespace kindgate::ledger
