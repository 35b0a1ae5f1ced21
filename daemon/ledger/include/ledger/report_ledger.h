// The durable state of statistics: what is counted of the house, what was drawn for reports and for a school's summary,
// and whether reports are on. Part of `Ledger`; its rules (ledger/ledger.h) hold here, too.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "policy/decide.h"
#include "report/summary.h"
#include "report/week.h"

namespace kindgate::ledger {

using policy::Instant;

enum class Counted : std::uint8_t { minutes = 1, overrides = 2, proofs = 3, bypass_attempts = 4 };

// Exact: never leaves the house.
struct DayCount {
    report::Day day{};
    std::string device;  // id; "" : the house as a whole
    Counted what = Counted::minutes;
    std::uint32_t number = 0;
    bool operator==(DayCount const&) const = default;
};

enum class ReportState : std::uint8_t {
    debited = 1,    // nothing is drawn; found so at a start: never will be
    drawn = 2,      // the answer is settled
    sealed = 3,     // and the report that will be sent, if need be again and again
    sent = 4,       // the leader has it
    withdrawn = 5,  // switched off before it was sent
    failed = 6,     // it is of no use
};

// A week's answer to a task. Key: `task` and `week`.
struct ReportRecord {
    report::Week week;
    std::string task;  // DAP task id, base64url
    std::string table;
    std::uint32_t epsilon_thousandths = 0;
    ReportState state = ReportState::debited;
    Instant due{};      // of the next try, while drawn or sealed
    Instant changed{};  // since when the state is that
    std::uint32_t tries = 0;
    bool renewed = false;      // sealed anew for other keys of the aggregators: not twice
    std::uint32_t answer = 0;  // blurred; while drawn or sealed
    Bytes report_id;           // while drawn and later
    Bytes random;              // of the shares; while drawn or sealed
    Bytes message;             // as it is uploaded; while sealed, and for a while when it is sent
    std::string note{};        // for people
    bool operator==(ReportRecord const&) const = default;
};

struct ReportSwitch {
    bool on = false;
    Instant switched{};
    std::string by{};
    bool operator==(ReportSwitch const&) const = default;
};

struct ReportContents {
    std::vector<ReportRecord> records;  // in the order in which they were debited
    std::optional<ReportSwitch> switched;
    // The first week that may be answered. None: reports were never on.
    std::optional<report::Week> first_week;
};

class ReportLedger {
public:
    virtual ~ReportLedger() = default;

    // What was written outlives the process. False: nothing that must not happen twice may be begun.
    virtual bool durable() const = 0;

    // Adds to what that day has; in memory, and written with the next write, or by flush().
    virtual void count(DayCount const& more) = 0;
    // Of the days from `first` to `last`, with what isn't written yet: of the house by day; of devices by id, all days
    // added up, under the first.
    virtual Result<std::vector<DayCount>> house_counts(report::Day first, report::Day last) = 0;
    virtual Result<std::vector<DayCount>> device_counts(report::Day first, report::Day last) = 0;
    // Of days before this one.
    virtual Result<void> forget_counts(report::Day before) = 0;

    virtual Result<ReportContents> read_reports() = 0;
    // On: `first` is the first week that may be answered. Off: what is drawn or sealed is withdrawn.
    virtual Result<void> switch_reports(ReportSwitch const& to, report::Week first) = 0;
    // False: there is one of this week and of this task or table, and nothing is written. Keeps the latest 2,000, of
    // the latest 300 also what was sent.
    virtual Result<bool> debit(ReportRecord const& record) = 0;
    // Instead of the one of its task and week, which is there.
    virtual Result<void> put_report(ReportRecord const& record) = 0;

    virtual Result<std::vector<report::ReleasedTable>> released(std::string const& period) = 0;
    // All or none; each is new.
    virtual Result<void> put_released(std::span<report::ReleasedTable const> tables) = 0;
};

}  // namespace kindgate::ledger
