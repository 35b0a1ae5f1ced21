// What is counted of the house: minutes of use, words that people said, proofs of age, ways around the gate that were
// tried. By day, of each device and of the house, for as long as the policy says; it never leaves the house as it is.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "control/clock.h"
#include "devices.h"
#include "kernel/usage.h"
#include "ledger/report_ledger.h"
#include "report/tables.h"

namespace kindgate::control {

// A device that moves less in a minute isn't in use: so much take the keeping of connections and looking for news in a
// pocket. A picture, a page or two seconds of a film are more.
inline constexpr std::uint64_t octets_in_use = 64U << 10U;

class HouseCounts {
public:
    explicit HouseCounts(ledger::ReportLedger& ledger) : ledger_(ledger) {}  // must outlive this object

    // 0: from now on nothing is counted.
    void set_keep(std::chrono::days keep) { keep_ = keep; }
    bool counting() const { return keep_.count() > 0; }

    // What was moved in a minute of that day.
    void minute(std::span<kernel::SlotUse const> uses, Devices const& devices, report::Day today);
    // A way around the gate was refused to a device, by the steady clock's minute: counts once in it.
    void attempt(std::string const& device, Steady::time_point now, report::Day today);
    // Something happened once in the house, to these devices.
    void count(ledger::Counted what, std::span<std::string const> devices, report::Day today);
    // Forgets what is older than the policy says. False: not yet.
    bool forget(report::Day today);

private:
    void add(ledger::Counted what, std::string const& device, report::Day today) {
        ledger_.count({today, device, what, 1});
    }

    ledger::ReportLedger& ledger_;
    std::chrono::days keep_{0};
    std::map<std::string, Steady::time_point> attempts_;  // the last that counted, by device
};

// What one week's counts, of the house or of a device, make of the measures that are counted.
report::HouseholdWeek week_of(std::span<ledger::DayCount const> counts);

}  // namespace kindgate::control
