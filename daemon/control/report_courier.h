// Takes one answer after the other to its aggregators: asks for their keys, seals, uploads. What was sealed is kept
// before it leaves, and leaves unchanged as often as it takes.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "control/clock.h"
#include "control/web.h"
#include "ledger/report_ledger.h"
#include "report/dap_client.h"

namespace kindgate::control {

class ReportCourier {
public:
    struct Hooks {
        // Before it leaves: keeps it as it is now. An error: it doesn't leave.
        std::function<Result<void>(ledger::ReportRecord const&)> keep;
        // The same answer with a fresh id and randomness.
        std::function<Result<void>(ledger::ReportRecord&, report::Task const&)> renew;
        // It has arrived, or why not (yet). The record as it was kept last.
        std::function<void(ledger::ReportRecord, report::UploadVerdict)> done;
    };

    ReportCourier(Web& web, Hooks hooks) : web_(web), hooks_(std::move(hooks)) {}  // `web` must outlive this object

    bool busy() const { return busy_; }
    // Only while not busy. `answers`: how many the question has. Returns before it is done().
    void take(ledger::ReportRecord record, report::Task task, std::size_t answers, Steady::time_point now);

private:
    struct Errand {
        ledger::ReportRecord record;
        report::Task task;
        std::size_t answers = 0;
        Steady::time_point now;
    };
    struct Keys {
        std::vector<report::HpkeConfig> list;
        Steady::time_point until;
    };

    void next();
    void ask_keys(std::string const& aggregator);
    Result<void> seal();
    void upload();
    void judge(report::UploadVerdict verdict);
    void end(report::UploadVerdict verdict);

    Web& web_;
    Hooks hooks_;
    bool busy_ = false;
    Errand errand_;
    std::map<std::string, Keys> keys_;  // by aggregator
};

// The shares of a drawn record, which its aggregators open: what preview shows.
struct DrawnShares {
    report::ReportMetadata metadata;
    Bytes public_share;
    Bytes leader;
    Bytes helper;
};
Result<DrawnShares> shares_of(ledger::ReportRecord const& record, report::Task const& task, std::size_t answers);

}  // namespace kindgate::control
