// A school's summary as the API tells it, as the report library has it: for its CSV, JSON and pictures.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "report/summary.h"

namespace kindgate::v1 {
class ReportSummary;
}

namespace kindgate::cli {

struct SummaryTables {
    report::Tables tables;               // with what is told of them: ids, questions, labels and epsilon
    std::vector<report::Summary> weeks;  // in the answer's order
};

// Refuses what no daemon of ours writes.
Result<SummaryTables> from_message(v1::ReportSummary const& message);

// Names of files in one folder, for any file system: letters and digits in any script stay, everything else between
// them is one '-'. No two are the same, nor differ in capital letters alone.
class FileNames {
public:
    // "2026-W48-screen-time-Class-7b.svg"
    std::string picture(report::ReleasedTable const& table);

private:
    std::set<std::string> taken_;
};

}  // namespace kindgate::cli
