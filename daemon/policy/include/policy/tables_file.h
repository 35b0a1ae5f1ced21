// From the text of report.proto, policies/report.textproto, to the tables that reports may count. Opens no file.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "policy/load.h"
#include "report/tables.h"

namespace kindgate::policy {

// Nothing if there is any error; errors as in Loaded. `file` is only used in messages; at most 4 MiB of text are taken.
// Any thread.
struct LoadedTables {
    std::optional<report::Tables> tables;
    std::vector<Diagnostic> errors;
};
LoadedTables load_tables(std::string_view text, std::string_view file);

}  // namespace kindgate::policy
