#include "summary_tables.h"

#include "json.h"
#include "kindgate/v1/api.pb.h"
#include "test.h"

namespace {

using namespace kindgate;
using namespace kindgate::cli;
using report::Withheld;

constexpr auto two_weeks = R"({"tables":[
  {"week":"2026-W47","table":"words","question":"How many?","group":"7a","withheld":"","half_width":"8","epsilon":"0.5",
   "cells":[{"label":"none","people":"14"},{"label":"some"}]},
  {"week":"2026-W47","table":"words","question":"How many?","group":"7b","withheld":"few_people","half_width":"0",
   "epsilon":"0.5","cells":[{"label":"none"},{"label":"some"}]},
  {"week":"2026-W48","table":"words","question":"How many?","group":"7a","withheld":"gives_back","half_width":"0",
   "epsilon":"0.5","cells":[{"label":"none"},{"label":"some"}]}]})";

Result<SummaryTables> read(std::string_view text) {
    return from_message(test::value(read_json<v1::ReportSummary>(text)));
}

// The summary with one of its words replaced.
Result<SummaryTables> read_with(std::string_view word, std::string_view other) {
    std::string text{two_weeks};
    return read(text.replace(text.find(word), word.size(), other));
}

constexpr test::Test tests[] = {
    {"a summary is read week by week, and what isn't shown stays so",
     [] {
         auto const all = test::value(read(two_weeks));
         test::equal(all.tables.tables.size(), 1U, "tables");
         auto const& table = all.tables.tables[0];
         test::equal(table.question, "How many?", "question");
         test::equal(table.epsilon.text(), "0.5", "epsilon");
         test::equal(table.buckets[1].label, "some", "label");
         test::equal(all.weeks.size(), 2U, "weeks");
         report::ReleasedTable const shown{
             .table = "words", .group = "7a", .period = "2026-W47", .cells = {14U, std::nullopt}, .half_width = 8};
         test::check(all.weeks[0].tables[0] == shown, "shown");
         test::check(all.weeks[0].tables[1].withheld == Withheld::few_people, "of few");
         test::check(all.weeks[0].tables[1].cells.empty(), "has no cells");
         test::check(all.weeks[1].tables[0].withheld == Withheld::gives_back, "another reason");
     }},
    {"no people is a number, and another one than none to see",
     [] {
         auto const all = test::value(read_with(R"("people":"14")", R"("people":"0")"));
         test::check(all.weeks[0].tables[0].cells[0] == 0U, "0");
     }},
    {"what no daemon of ours says is refused",
     [] {
         test::check(!read_with("few_people", "bored_people").ok(), "a reason");
         test::check(!read_with(R"("epsilon":"0.5")", R"("epsilon":"")").ok(), "an epsilon");
         test::check(!read_with(R"({"label":"none","people":"14"},)", "").ok(), "tables of several forms");
     }},
    {"names of pictures are safe in any folder, and none is another's",
     [] {
         FileNames names;
         auto const name = [&](std::string group) {
             return names.picture({.table = "screen-time", .group = std::move(group), .period = "2026-W48"});
         };
         test::equal(name("Class 7b"), "2026-W48-screen-time-Class-7b.svg", "plain");
         test::equal(name("../7b"), "2026-W48-screen-time-7b.svg", "no other folder");
         test::equal(name("class/7b"), "2026-W48-screen-time-class-7b-2.svg", "but for capital letters the same");
         test::equal(name("Größe: <名前>?"), "2026-W48-screen-time-Größe-名前.svg", "any script");
         test::equal(name("a\n\xe2\x80\xae"
                          "b\xff"),
                     "2026-W48-screen-time-a-b.svg", "what would be obeyed");
         test::equal(name("..."), "2026-W48-screen-time.svg", "nothing left");
         std::string sixty_four;
         for (int i = 0; i < 64; ++i) sixty_four += "🦊";
         test::check(name(sixty_four).size() < 255, "not too long");
     }},
};

}  // namespace

int main() {
    return test::run("cli/summary_tables", tests);
}
