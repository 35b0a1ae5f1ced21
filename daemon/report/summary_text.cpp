// csv() and json() of a summary.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_string.h"
#include "report/summary.h"

namespace kindgate::report {

namespace {

// RFC 4180, 2.
std::string field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string{text};
    std::string quoted = "\"";
    for (char const c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

std::string csv_line(Table const& table, ReleasedTable const& released, std::string_view bucket,
                     std::string_view people, std::string_view half_width, std::string_view withheld) {
    return fmt::format("{},{},{},{},{},{},{},{},{}\r\n", field(released.period), field(released.group), table.id,
                       field(table.question), field(bucket), people, half_width, table.epsilon.text(), withheld);
}

std::string csv_lines(Table const& table, ReleasedTable const& released) {
    if (released.withheld != Withheld::nothing) return csv_line(table, released, "", "", "", word(released.withheld));
    std::string lines;
    for (std::size_t i = 0; i < released.cells.size(); ++i) {
        auto const& cell = released.cells[i];
        lines += csv_line(table, released, table.buckets[i].label, cell ? fmt::to_string(*cell) : "",
                          cell ? fmt::to_string(released.half_width) : "", cell ? "" : word(Withheld::few_people));
    }
    return lines;
}

std::string json_cells(Table const& table, ReleasedTable const& released) {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < released.cells.size(); ++i) {
        auto const& cell = released.cells[i];
        cells.push_back(fmt::format(R"({{"bucket":{},"people":{},"withheld":"{}"}})",
                                    json_string(table.buckets[i].label), cell ? fmt::to_string(*cell) : "null",
                                    cell ? "" : word(Withheld::few_people)));
    }
    return fmt::format("{}", fmt::join(cells, ","));
}

std::string json_table(Table const& table, ReleasedTable const& released) {
    return fmt::format(
        R"({{"table":"{}","question":{},"group":{},"withheld":"{}","epsilon":"{}","half_width_95":{},"cells":[{}]}})",
        table.id, json_string(table.question), json_string(released.group), word(released.withheld),
        table.epsilon.text(), released.half_width, json_cells(table, released));
}

// Of each table that there still is.
template <typename Write>
void each(Tables const& tables, Summary const& summary, Write write) {
    for (auto const& released : summary.tables)
        if (auto const* table = tables.find(released.table)) write(*table, released);
}

}  // namespace

std::string csv(Tables const& tables, Summary const& summary) {
    std::string text = "period,group,table,question,bucket,people,half_width_95,epsilon,withheld\r\n";
    each(tables, summary,
         [&](Table const& table, ReleasedTable const& released) { text += csv_lines(table, released); });
    return text;
}

std::string json(Tables const& tables, Summary const& summary) {
    std::vector<std::string> all;
    each(tables, summary,
         [&](Table const& table, ReleasedTable const& released) { all.push_back(json_table(table, released)); });
    return fmt::format(R"({{"period":{},"least_people":{},"tables":[{}]}})", json_string(summary.period), least_people,
                       fmt::join(all, ","));
}

}  // namespace kindgate::report
