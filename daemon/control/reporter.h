// The house's part in surveys: when answers are drawn and at which hour each leaves, and what people are told of it.
// Everything stands still while reports are off, the time isn't known, or nothing can be kept.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices.h"
#include "event_hub.h"
#include "house_counts.h"
#include "oblivious_web.h"
#include "report/tables.h"
#include "report_book.h"
#include "report_courier.h"

namespace kindgate::v1 {
class ReportAnswer;
class ReportPreview;
class ReportStatus;
}  // namespace kindgate::v1

namespace kindgate::control {

class Reporter {
public:
    struct House {
        std::filesystem::path tables;  // report.textproto
        std::string version;           // of kindgate
        std::string board_family;      // "debian"
    };
    // All must outlive this object.
    Reporter(House house, ledger::ReportLedger& ledger, Web& web, report::RandomSource& random, EventHub& events);

    Result<void> start();
    // Null: none is in force.
    void set_policy(std::shared_ptr<policy::Policy const> policy);

    // Once a minute. `today`: the local date; none: the time isn't known.
    void tick(Moment const& now, std::optional<report::Day> today);

    // The time isn't known any more: nothing leaves until a tick says that it is.
    void stand_still() { may_send_ = false; }

    bool on() const { return book_.on(); }
    // `today`: the first answers are about its week. Off is in force even where it can't be written down.
    Result<void> switch_to(bool on, std::string const& by, policy::Instant now, report::Day today);
    // Whatever waits leaves with the next tick. For the lab.
    void hurry(policy::Instant now);

    v1::ReportStatus status(std::optional<report::Day> today) const;
    // Draws nothing that counts.
    v1::ReportPreview preview(std::optional<report::Day> today);

    // None: the file can't be read.
    std::optional<report::Tables> const& tables() const { return tables_; }

private:
    // A survey of the policy and its table.
    struct Survey {
        policy::ReportTask const* task = nullptr;
        report::Table const* table = nullptr;
        std::string refused;  // why it is not taken part in; "" : it is
    };
    std::vector<Survey> surveys() const;
    Survey survey_of(policy::ReportTask const& task) const;

    Result<void> keep(ledger::ReportRecord const& record);
    void draw_week(report::Week week, policy::Instant now);
    Result<void> draw(report::Week week, Survey const& survey, policy::Instant now);
    void send_due(Moment const& now);
    Result<void> set_out(ledger::ReportRecord record, Moment const& now);
    std::chrono::seconds within(std::chrono::seconds most);
    void arrived(ledger::ReportRecord record, report::UploadVerdict const& verdict);
    void tell_failed(std::string const& table, report::Week week, std::string_view why);
    policy::Instant random_hour(report::Week week, policy::Instant now);
    Result<report::HouseholdWeek> measured(report::Week week) const;
    std::string_view why_unanswered(Survey const& survey, std::optional<report::Day> today) const;
    std::vector<std::string> warnings(std::optional<report::Day> today) const;
    void describe(report::Table const& table, report::HouseholdWeek const& week, v1::ReportAnswer& answer) const;
    void show_bytes(report::Table const& table, policy::ReportTask const* survey, ledger::ReportRecord const* record,
                    report::Week week, std::size_t truth, v1::ReportAnswer& answer);

    House house_;
    ledger::ReportLedger& ledger_;
    EventHub& events_;
    report::RandomSource& random_;
    ReportBook book_;
    ObliviousWeb web_;
    ReportCourier courier_;
    std::shared_ptr<policy::Policy const> policy_;
    std::optional<report::Tables> tables_;
    std::string tables_error_;
    std::optional<Moment> now_;  // of the last tick
    bool hurried_ = false;
    bool sending_ = false;
    bool may_send_ = false;                    // by the last tick: on, with a policy, and the time is known
    std::map<std::string, std::string> told_;  // what was told last of a failure, by table
};

}  // namespace kindgate::control
