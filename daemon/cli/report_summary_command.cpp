// `kindgate report summary`: a school's own summary, read or written to files.
#include <filesystem>
#include <map>
#include <ostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/whole_file.h"
#include "commands.h"
#include "kindgate/v1/api.pb.h"
#include "remote.h"
#include "report_show.h"
#include "summary_tables.h"
#include "text.h"

namespace kindgate::cli {

namespace {

using report::ReleasedTable;
using report::Withheld;

void add_rows(Table& rows, report::Table const& table, ReleasedTable const& released) {
    for (std::size_t i = 0; i < released.cells.size(); ++i) {
        auto const& people = released.cells[i];
        rows.row({i == 0 ? released.group : "", table.buckets[i].label,
                  people ? fmt::format("{} ± {}", *people, released.half_width) : "–"});
    }
}

void show(report::Table const& table, report::Summary const& week, Surroundings const& around) {
    heading(fmt::format("{}, {}", week.period, table.id), table.question, around);
    Table rows{{"GROUP", "ANSWER", "DEVICES"}};
    bool any = false;
    std::map<Withheld, std::vector<std::string>> withheld;
    for (auto const& released : week.tables) {
        if (released.table != table.id) continue;
        any = any || released.withheld == Withheld::nothing;
        if (released.withheld == Withheld::nothing)
            add_rows(rows, table, released);
        else
            withheld[released.withheld].push_back(released.group);
    }
    if (any) rows.print(around.out, around.colour);
    for (auto const& [why, groups] : withheld)
        paragraph(fmt::format("{}: {}", fmt::join(groups, ", "), report::sentence(why)), around);
    around.out << '\n';
}

void show(SummaryTables const& all, Surroundings const& around) {
    for (auto const& week : all.weeks)
        for (auto const& table : all.tables.tables) show(table, week, around);
    if (!all.weeks.empty())
        paragraph(
            "–: too few to be ten people's (devices_a_person in the policy). Chance has changed every number a little: "
            "of 100 of them 95 are off by no more "
            "than is said behind the ±. So what stands here may be given away; it is the same whoever asks again.",
            around);
}

// One line after the other, week by week, under one head.
std::string csv_of(SummaryTables const& all) {
    report::Summary joined;
    for (auto const& week : all.weeks)
        joined.tables.insert(joined.tables.end(), week.tables.begin(), week.tables.end());
    return report::csv(all.tables, joined);
}

std::string json_of(SummaryTables const& all) {
    std::vector<std::string> weeks;
    weeks.reserve(all.weeks.size());
    for (auto const& week : all.weeks) weeks.push_back(report::json(all.tables, week));
    return fmt::format("[{}]\n", fmt::join(weeks, ",\n"));
}

struct Written {
    std::size_t pictures = 0;
    std::size_t withheld = 0;
};

Result<Written> write_files(SummaryTables const& all, std::filesystem::path const& folder) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed)
        return Error{ErrorCode::invalid_input,
                     fmt::format("{}: no such folder can be made ({}): name one that you may write", folder.string(),
                                 failed.message())};
    KG_TRY(replace_file(folder / "summary.csv", csv_of(all)));
    KG_TRY(replace_file(folder / "summary.json", json_of(all)));
    Written written;
    FileNames names;
    for (auto const& week : all.weeks)
        for (auto const& released : week.tables) {
            if (released.withheld != Withheld::nothing) {
                ++written.withheld;
                continue;
            }
            auto const& table = *all.tables.find(released.table);
            KG_TRY(replace_file(folder / names.picture(released), report::svg(table, released)));
            ++written.pictures;
        }
    return written;
}

void say_written(Written const& written, std::string const& folder, Surroundings const& around) {
    paragraph(fmt::format("{}: summary.csv, summary.json and {} are written. {} not shown: summary.csv says why.",
                          folder, counted(written.pictures, "picture"), counted(written.withheld, "table")),
              around);
}

}  // namespace

Outcome report_summary(Options const& options, Surroundings const& around) {
    if (options.sheet == Sheet::csv && (options.form == Form::json || !options.out.empty()))
        return Error{ErrorCode::invalid_input,
                     "--csv goes with neither --json nor --out: say one of them; --out writes a summary.csv, too"};
    v1::MakeSummary request;
    request.set_from(options.from);
    request.set_to(options.to);
    auto const body = KG_TRY(ask(options.socket, {Method::post, "/v1/report/summary", to_json(request), {}})).body;
    auto const answer = KG_TRY(read_json<v1::ReportSummary>(body));
    auto const all = KG_TRY(from_message(answer));
    std::optional<Written> written;
    if (!options.out.empty()) written = KG_TRY(write_files(all, options.out));
    if (options.form == Form::json) {
        print_body(body, around);
        return 0;
    }
    if (options.sheet == Sheet::csv)
        around.out << csv_of(all);
    else if (written)
        say_written(*written, options.out, around);
    else
        show(all, around);
    // Whoever keeps the output of --csv has it without them.
    for (std::string const& warning : answer.warnings())
        (options.sheet == Sheet::csv ? around.err : around.out) << trouble(warning, around.colour);
    return 0;
}

}  // namespace kindgate::cli
