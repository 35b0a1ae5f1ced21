// The durable state of statistics: what is counted, what was drawn, and that a week is debited once.
#include <array>

#include "folder.h"
#include "ledger/report_ledger.h"

namespace {

using namespace kindgate;
using ledger::Counted;
using ledger::DayCount;
using ledger::ReportRecord;
using ledger::ReportState;
using report::Day;
using report::Week;
using test::at;
using test::Folder;

ReportRecord record(std::int64_t week, std::string task = "task") {
    return {.week = {week},
            .task = std::move(task),
            .table = "screen-time",
            .epsilon_thousandths = 500,
            .state = ReportState::sealed,
            .due = at(1'800'000'000),
            .changed = at(1'790'000'000),
            .tries = 3,
            .renewed = true,
            .answer = 4,
            .report_id = {1, 2},
            .random = {3, 0, 255},
            .message = {9},
            .note = "the leader doesn't answer"};
}

constexpr test::Test tests[] = {
    {"counts add up, before and after they are written: of the house by day, of devices over the days",
     [] {
         Folder const folder;
         using Counts = std::vector<DayCount>;
         Counts const house{{Day{100}, "", Counted::minutes, 3}, {Day{101}, "", Counted::minutes, 1}};
         Counts const devices{{Day{100}, "kid", Counted::minutes, 4}, {Day{100}, "kid", Counted::proofs, 1}};
         {
             auto const ledger = test::open(folder.ledger());
             for (int i = 0; i < 3; ++i)
                 for (std::string const device : {"", "kid"}) ledger->count({Day{100}, device, Counted::minutes, 1});
             for (std::string const device : {"", "kid"}) ledger->count({Day{101}, device, Counted::minutes, 1});
             ledger->count({Day{101}, "kid", Counted::proofs, 1});
             test::check(test::value(ledger->house_counts(Day{100}, Day{101})) == house, "of the house");
             test::check(test::value(ledger->device_counts(Day{100}, Day{101})) == devices, "of the device");
             ledger->count({Day{101}, "kid", Counted::proofs, 1});
             test::value(ledger->flush());
         }
         auto const ledger = test::open(folder.ledger());
         test::check(test::value(ledger->house_counts(Day{0}, Day{200})) == house, "after a restart");
         test::equal(test::value(ledger->device_counts(Day{101}, Day{200})).at(1).number, 2U, "proofs");
         test::value(ledger->forget_counts(Day{101}));
         test::equal(test::value(ledger->house_counts(Day{0}, Day{200})).size(), 1U, "forgotten");
         test::value(ledger->forget("kid"));
         test::check(test::value(ledger->device_counts(Day{0}, Day{200})).empty(), "gone with its device");
     }},
    {"a week's answer to a task is debited once, and comes back as it was put last",
     [] {
         Folder const folder;
         auto put = record(2900);
         {
             auto const ledger = test::open(folder.ledger());
             test::check(test::value(ledger->debit(record(2900))), "the first time");
             test::check(!test::value(ledger->debit(record(2900))), "not again");
             test::check(test::value(ledger->debit(record(2901))), "another week");
             test::check(!test::value(ledger->debit(record(2900, "other"))), "nor to another task of that question");
             auto other = record(2900, "other");
             other.table = "proofs-shown";
             test::check(test::value(ledger->debit(other)), "another question");
             put.state = ReportState::sent;
             put.message = {0, 1, 2};
             put.note.clear();
             test::value(ledger->put_report(put));
         }
         auto const contents = test::value(test::open(folder.ledger())->read_reports());
         auto other = record(2900, "other");
         other.table = "proofs-shown";
         test::check(contents.records == std::vector{put, record(2901), other}, "as they were");
         test::check(!contents.switched && !contents.first_week, "the rest isn't settled");
     }},
    {"of very many answers the latest two thousand are kept, and of the latest what was sent",
     [] {
         Folder const folder;
         auto const ledger = test::open(folder.ledger());
         for (std::int64_t week = 0; week < 2010; ++week) {
             auto sent = record(week);
             sent.state = ReportState::sent;
             test::value(ledger->debit(sent));
         }
         auto const contents = test::value(ledger->read_reports());
         test::equal(contents.records.size(), 2000U, "kept");
         test::check(contents.records.front().week == Week{10}, "the oldest");
         test::equal(std::ranges::count_if(contents.records, [](auto const& one) { return !one.message.empty(); }), 300,
                     "messages");
     }},
    {"the switch and the first week are kept",
     [] {
         Folder const folder;
         {
             auto const ledger = test::open(folder.ledger());
             test::value(ledger->debit(record(2944)));
             test::value(ledger->switch_reports({true, at(5), "mum"}, {2944}));
             test::check(test::value(ledger->read_reports()).records == std::vector{record(2944)}, "on: as it was");
             test::value(ledger->switch_reports({false, at(6), "dad"}, {2950}));
         }
         auto const contents = test::value(test::open(folder.ledger())->read_reports());
         test::check(contents.switched == ledger::ReportSwitch{false, at(6), "dad"}, "the switch");
         test::check(contents.first_week == Week{2944}, "the week, of the last time on");
         auto const& withdrawn = contents.records.at(0);
         test::check(withdrawn.state == ReportState::withdrawn && withdrawn.changed == at(6), "off: withdrawn");
         test::check(withdrawn.random.empty() && withdrawn.message.empty() && withdrawn.answer == 0,
                     "and what it said is forgotten");
     }},
    {"what a summary released is kept as it was, and not twice",
     [] {
         Folder const folder;
         std::array const tables{
             report::ReleasedTable{
                 .table = "a", .group = "7B", .period = "2026-W48", .cells = {12, std::nullopt, 0}, .half_width = 7},
             report::ReleasedTable{
                 .table = "a", .group = "7C", .period = "2026-W48", .withheld = report::Withheld::few_people}};
         {
             auto const ledger = test::open(folder.ledger());
             test::value(ledger->put_released(tables));
             test::check(!ledger->put_released({tables.data() + 1, 1}).ok(), "not twice");
         }
         auto const ledger = test::open(folder.ledger());
         test::check(std::ranges::equal(test::value(ledger->released("2026-W48")), tables), "as they were");
         test::check(test::value(ledger->released("2026-W49")).empty(), "nothing of another week");
     }},
    {"a ledger in memory isn't durable, and says so",
     [] {
         test::check(!test::value(ledger::SqliteLedger::in_memory("no disk"))->durable(), "in memory");
         Folder const folder;
         test::check(test::open(folder.ledger())->durable(), "in a file");
     }},
};

}  // namespace

int main() {
    return test::run("ledger/report_ledger", tests);
}
