#include "report_rows.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace kindgate::ledger {

namespace {

constexpr std::int64_t reports_kept = 2000;
constexpr std::int64_t messages_kept = 300;

Error damaged(std::string message) {
    return {ErrorCode::damaged, std::move(message)};
}

std::int64_t seconds(Instant at) {
    return at.time_since_epoch().count();
}

Instant instant(std::int64_t seconds) {
    return Instant{std::chrono::seconds{seconds}};
}

Result<Bytes> octets(std::string const& text) {
    auto bytes = from_hex(text);
    if (!bytes) return damaged("octets of a report make no sense");
    return *std::move(bytes);
}

// "-" stands for a cell that isn't shown: "120,-,31".
std::string cells_text(std::vector<std::optional<std::uint64_t>> const& cells) {
    std::string text;
    for (auto const& cell : cells) {
        if (!text.empty()) text += ',';
        text += cell ? fmt::format("{}", *cell) : "-";
    }
    return text;
}

Result<std::vector<std::optional<std::uint64_t>>> cells_of(std::string_view text) {
    std::vector<std::optional<std::uint64_t>> cells;
    while (!text.empty()) {
        auto const cell = text.substr(0, text.find(','));
        text.remove_prefix(std::min(cell.size() + 1, text.size()));
        std::uint64_t number = 0;
        auto const* const end = cell.data() + cell.size();
        auto const read = std::from_chars(cell.data(), end, number);
        if (cell != "-" && (read.ec != std::errc{} || read.ptr != end))
            return damaged("a cell of a summary makes no sense");
        cells.push_back(cell == "-" ? std::nullopt : std::optional{number});
    }
    return cells;
}

Result<std::vector<ReportRecord>> read_records(Database& database) {
    std::vector<ReportRecord> records;
    auto rows = KG_TRY(
        database.prepare("SELECT week, task, of_table, epsilon, state, due, changed, tries, renewed, answer, report_id,"
                         " random, message, note FROM report ORDER BY number"));
    while (KG_TRY(rows.step())) {
        records.push_back({.week = {rows.integer(0)},
                           .task = rows.text(1),
                           .table = rows.text(2),
                           .epsilon_thousandths = static_cast<std::uint32_t>(rows.integer(3)),
                           .state = static_cast<ReportState>(rows.integer(4)),
                           .due = instant(rows.integer(5)),
                           .changed = instant(rows.integer(6)),
                           .tries = static_cast<std::uint32_t>(rows.integer(7)),
                           .renewed = rows.integer(8) != 0,
                           .answer = static_cast<std::uint32_t>(rows.integer(9)),
                           .report_id = KG_TRY(octets(rows.text(10))),
                           .random = KG_TRY(octets(rows.text(11))),
                           .message = KG_TRY(octets(rows.text(12))),
                           .note = rows.text(13)});
    }
    return records;
}

// All columns but the key, in the order of the table.
Statement& bind_rest(Statement& row, ReportRecord const& record, std::array<std::string, 3> const& hexes) {
    return row.bind(static_cast<std::int64_t>(record.state))
        .bind(seconds(record.due))
        .bind(seconds(record.changed))
        .bind(std::int64_t{record.tries})
        .bind(std::int64_t{record.renewed})
        .bind(std::int64_t{record.answer})
        .bind(hexes[0])
        .bind(hexes[1])
        .bind(hexes[2])
        .bind(record.note);
}

std::array<std::string, 3> hexes_of(ReportRecord const& record) {
    return {hex(record.report_id), hex(record.random), hex(record.message)};
}

Result<std::vector<DayCount>> read_counts(Database& database, std::string_view sql, report::Day first,
                                          report::Day last) {
    std::vector<DayCount> counts;
    auto rows = KG_TRY(database.prepare(sql));
    rows.bind(std::int64_t{first.count()}).bind(std::int64_t{last.count()});
    while (KG_TRY(rows.step()))
        counts.push_back({.day = report::Day{static_cast<int>(rows.integer(0))},
                          .device = rows.text(1),
                          .what = static_cast<Counted>(rows.integer(2)),
                          .number = static_cast<std::uint32_t>(rows.integer(3))});
    return counts;
}

}  // namespace

Result<std::vector<DayCount>> read_house_counts(Database& database, report::Day first, report::Day last) {
    return read_counts(database,
                       "SELECT day, device, what, number FROM counted WHERE day BETWEEN ?1 AND ?2 AND device = ''"
                       " ORDER BY day, what",
                       first, last);
}

Result<std::vector<DayCount>> read_device_counts(Database& database, report::Day first, report::Day last) {
    return read_counts(database,
                       "SELECT ?1, device, what, sum(number) FROM counted WHERE day BETWEEN ?1 AND ?2 AND device <> ''"
                       " GROUP BY device, what ORDER BY device, what",
                       first, last);
}

Result<void> add_counts(Database& database, std::span<DayCount const> more) {
    auto row =
        KG_TRY(database.prepare("INSERT INTO counted (day, device, what, number) VALUES (?, ?, ?, ?)"
                                " ON CONFLICT (day, device, what) DO UPDATE SET number = number + excluded.number"));
    for (auto const& one : more)
        KG_TRY(row.bind(std::int64_t{one.day.count()})
                   .bind(one.device)
                   .bind(static_cast<std::int64_t>(one.what))
                   .bind(std::int64_t{one.number})
                   .run());
    return {};
}

Result<void> forget_counts_before(Database& database, report::Day day) {
    auto rows = KG_TRY(database.prepare("DELETE FROM counted WHERE day < ?"));
    return rows.bind(std::int64_t{day.count()}).run();
}

Result<void> forget_counts_of(Database& database, std::string const& device) {
    auto rows = KG_TRY(database.prepare("DELETE FROM counted WHERE device = ?"));
    return rows.bind(device).run();
}

Result<ReportContents> read_report_contents(Database& database) {
    ReportContents contents;
    contents.records = KG_TRY(read_records(database));
    auto switched = KG_TRY(database.prepare("SELECT is_on, switched, switched_by FROM report_switch"));
    if (KG_TRY(switched.step()))
        contents.switched = ReportSwitch{switched.integer(0) != 0, instant(switched.integer(1)), switched.text(2)};
    auto week = KG_TRY(database.prepare("SELECT value FROM setting WHERE name = 'first_report_week'"));
    if (KG_TRY(week.step())) contents.first_week = report::Week{week.integer(0)};
    return contents;
}

Result<void> put_report_switch(Database& database, ReportSwitch const& to) {
    auto row = KG_TRY(database.prepare(
        "INSERT OR REPLACE INTO report_switch (id, is_on, switched, switched_by) VALUES (1, ?, ?, ?)"));
    return row.bind(std::int64_t{to.on}).bind(seconds(to.switched)).bind(to.by).run();
}

Result<void> withdraw_reports(Database& database, Instant now) {
    auto rows =
        KG_TRY(database.prepare("UPDATE report SET state = ?, changed = ?, answer = 0, random = '', message = ''"
                                " WHERE state IN (?, ?)"));
    return rows.bind(static_cast<std::int64_t>(ReportState::withdrawn))
        .bind(seconds(now))
        .bind(static_cast<std::int64_t>(ReportState::drawn))
        .bind(static_cast<std::int64_t>(ReportState::sealed))
        .run();
}

Result<void> put_first_report_week(Database& database, report::Week week) {
    auto row = KG_TRY(database.prepare("INSERT OR REPLACE INTO setting (name, value) VALUES ('first_report_week', ?)"));
    return row.bind(week.number).run();
}

Result<bool> add_report(Database& database, ReportRecord const& record) {
    auto known = KG_TRY(database.prepare("SELECT 1 FROM report WHERE week = ? AND (task = ? OR of_table = ?)"));
    if (KG_TRY(known.bind(record.week.number).bind(record.task).bind(record.table).step())) return false;
    auto row = KG_TRY(database.prepare(
        "INSERT INTO report (week, task, of_table, epsilon, state, due, changed, tries, renewed, answer, report_id,"
        " random, message, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    row.bind(record.week.number).bind(record.task).bind(record.table).bind(std::int64_t{record.epsilon_thousandths});
    auto const hexes = hexes_of(record);
    KG_TRY(bind_rest(row, record, hexes).run());
    auto prune = KG_TRY(database.prepare(
        "DELETE FROM report WHERE number NOT IN (SELECT number FROM report ORDER BY number DESC LIMIT ?)"));
    KG_TRY(prune.bind(reports_kept).run());
    auto empty =
        KG_TRY(database.prepare("UPDATE report SET message = '' WHERE state = ? AND message <> '' AND number NOT IN"
                                " (SELECT number FROM report ORDER BY number DESC LIMIT ?)"));
    KG_TRY(empty.bind(static_cast<std::int64_t>(ReportState::sent)).bind(messages_kept).run());
    return true;
}

Result<void> replace_report(Database& database, ReportRecord const& record) {
    auto row =
        KG_TRY(database.prepare("UPDATE report SET state = ?, due = ?, changed = ?, tries = ?, renewed = ?, answer = ?,"
                                " report_id = ?, random = ?, message = ?, note = ? WHERE task = ? AND week = ?"));
    auto const hexes = hexes_of(record);
    return bind_rest(row, record, hexes).bind(record.task).bind(record.week.number).run();
}

Result<std::vector<report::ReleasedTable>> read_released(Database& database, std::string const& period) {
    std::vector<report::ReleasedTable> tables;
    auto rows =
        KG_TRY(database.prepare("SELECT of_table, people, withheld, half_width, cells FROM released WHERE period = ?"
                                " ORDER BY number"));
    rows.bind(period);
    while (KG_TRY(rows.step()))
        tables.push_back({.table = rows.text(0),
                          .group = rows.text(1),
                          .period = period,
                          .withheld = static_cast<report::Withheld>(rows.integer(2)),
                          .cells = KG_TRY(cells_of(rows.text(4))),
                          .half_width = static_cast<std::uint64_t>(rows.integer(3))});
    return tables;
}

Result<void> add_released(Database& database, std::span<report::ReleasedTable const> tables) {
    auto row = KG_TRY(database.prepare(
        "INSERT INTO released (period, of_table, people, withheld, half_width, cells) VALUES (?, ?, ?, ?, ?, ?)"));
    for (auto const& one : tables) {
        auto const cells = cells_text(one.cells);
        KG_TRY(row.bind(one.period)
                   .bind(one.table)
                   .bind(one.group)
                   .bind(static_cast<std::int64_t>(one.withheld))
                   .bind(static_cast<std::int64_t>(one.half_width))
                   .bind(cells)
                   .run());
    }
    return {};
}

}  // namespace kindgate::ledger
