// A school's own summary: of each whole week how many people of each profile answered what, drawn once and kept.
#pragma once

#include <span>
#include <string>

#include "devices.h"
#include "house_counts.h"
#include "policy/model.h"
#include "report/random_source.h"
#include "report/tables.h"

namespace kindgate::v1 {
class ReportSummary;
}

namespace kindgate::control {

// The questions that people differ in: what the whole house has in common would be told of its smallest group, too.
report::Tables of_people(report::Tables const& all);

class SchoolSummary {
public:
    // All must outlive this object.
    SchoolSummary(ledger::ReportLedger& ledger, report::RandomSource& random) : ledger_(ledger), random_(random) {}

    struct Asked {
        report::Day first;  // both days included
        report::Day last;
        report::Day today;
        report::Day kept_from;  // of days before it counts are forgotten
    };
    // Groups are the policy's profiles, people their devices.
    Result<v1::ReportSummary> make(Asked const& asked, policy::Policy const& policy, report::Tables const& tables,
                                   Devices const& devices);

private:
    Result<std::vector<report::ReleasedTable>> of_week(report::Week week, Asked const& asked,
                                                       policy::Policy const& policy, report::Tables const& tables,
                                                       Devices const& devices);

    ledger::ReportLedger& ledger_;
    report::RandomSource& random_;
};

}  // namespace kindgate::control
