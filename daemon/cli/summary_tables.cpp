#include "summary_tables.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/utf8.h"
#include "kindgate/v1/api.pb.h"
#include "text.h"

namespace kindgate::cli {

namespace {

using report::Withheld;

constexpr std::size_t longest_stem = 200;  // bytes; file systems take names of 255

Error strange(std::string_view what) {
    return {ErrorCode::unavailable,
            fmt::format("kindgated's summary has {} that this command doesn't know: use the kindgate command of the "
                        "version that runs",
                        what)};
}

Result<Withheld> read_withheld(std::string_view word) {
    for (auto const one : {Withheld::nothing, Withheld::few_people, Withheld::gives_back, Withheld::not_drawn})
        if (report::word(one) == word) return one;
    return strange(fmt::format("a reason '{}'", printable(word)));
}

Result<report::Table> table_of(v1::SummaryTable const& told) {
    auto const epsilon = report::Epsilon::parse(told.epsilon());
    if (!epsilon.ok()) return strange(fmt::format("an epsilon '{}'", printable(told.epsilon())));
    report::Table table{.id = told.table(), .question = told.question(), .buckets = {}, .epsilon = *epsilon};
    for (auto const& cell : told.cells()) table.buckets.push_back({.label = cell.label(), .words = {}});
    return table;
}

Result<report::ReleasedTable> released_of(v1::SummaryTable const& told, report::Table const& table) {
    report::ReleasedTable released{.table = told.table(),
                                   .group = told.group(),
                                   .period = told.week(),
                                   .withheld = KG_TRY(read_withheld(told.withheld())),
                                   .half_width = told.half_width()};
    if (static_cast<std::size_t>(told.cells_size()) != table.buckets.size())
        return strange(fmt::format("tables '{}' of several forms", printable(table.id)));
    if (released.withheld != Withheld::nothing) return released;
    for (auto const& cell : told.cells())
        released.cells.push_back(cell.has_people() ? std::optional{cell.people()} : std::nullopt);
    return released;
}

bool is_plain(Utf8Character character) {
    auto const code = character.code;
    return character.valid && ((code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') ||
                               (code >= 'a' && code <= 'z') || (code > 0xa0 && obeyed(code) == Obeyed::nothing));
}

std::string stem_of(std::string_view text) {
    std::string stem;
    bool gap = false;
    for (; !text.empty() && stem.size() < longest_stem;) {
        auto const character = first_character(text);
        if (is_plain(character)) {
            if (gap && !stem.empty()) stem += '-';
            stem += text.substr(0, character.bytes);
        }
        gap = !is_plain(character);
        text.remove_prefix(character.bytes);
    }
    return stem;
}

std::string in_small_letters(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

}  // namespace

Result<SummaryTables> from_message(v1::ReportSummary const& message) {
    SummaryTables all;
    for (auto const& told : message.tables()) {
        if (all.tables.find(told.table()) == nullptr) all.tables.tables.push_back(KG_TRY(table_of(told)));
        if (all.weeks.empty() || all.weeks.back().period != told.week()) all.weeks.push_back({told.week(), {}});
        all.weeks.back().tables.push_back(KG_TRY(released_of(told, *all.tables.find(told.table()))));
    }
    return all;
}

std::string FileNames::picture(report::ReleasedTable const& table) {
    auto const stem = stem_of(fmt::format("{} {} {}", table.period, table.table, table.group));
    auto name = stem + ".svg";
    for (int again = 2; !taken_.insert(in_small_letters(name)).second; ++again)
        name = fmt::format("{}-{}.svg", stem, again);
    return name;
}

}  // namespace kindgate::cli
