#include "report/tables.h"

#include "test.h"

namespace {

using namespace kindgate;
using report::HouseholdWeek;
using report::Measure;
using report::Table;

Table table(Measure measure, std::vector<report::Bucket> buckets) {
    return {"id", "Which?", measure, std::move(buckets), 1, test::value(report::Epsilon::parse("0.5"))};
}

void puts_numbers() {
    auto const counts = [](Measure measure) {
        return table(measure, {{"none", 0, {}}, {"some", 1, {}}, {"many", 61, {}}});
    };
    struct Case {
        Measure measure;
        std::uint64_t HouseholdWeek::* figure;
    };
    for (auto const& c : {Case{Measure::screen_minutes_a_day, &HouseholdWeek::screen_minutes_a_day},
                          {Measure::categories_blocked, &HouseholdWeek::categories_blocked},
                          {Measure::overrides_used, &HouseholdWeek::overrides_used},
                          {Measure::proofs_shown, &HouseholdWeek::proofs_shown},
                          {Measure::bypass_attempts, &HouseholdWeek::bypass_attempts}}) {
        struct Edge {
            std::uint64_t number;
            std::size_t bucket;
        };
        for (auto const& edge : {Edge{0, 0}, {1, 1}, {60, 1}, {61, 2}, {~std::uint64_t{0}, 2}}) {
            HouseholdWeek week;
            week.*c.figure = edge.number;
            test::equal(report::bucket_of(counts(c.measure), week), edge.bucket, std::to_string(edge.number));
        }
        test::equal(report::bucket_of(counts(c.measure), {}), 0U, "a house where nobody was");
        test::check(report::is_counted(c.measure), "a number");
    }
}

void puts_words() {
    auto const versions = table(Measure::version, {{"0.1", 0, {"0.1"}}, {"old", 0, {"0.0", "zero"}}, {"other", 0, {}}});
    struct Case {
        std::string_view word;
        std::size_t bucket;
    };
    for (auto const& c :
         {Case{"0.1", 0}, {"0.1.0", 0}, {"0.1-rc1", 0}, {"0.10", 2}, {"0.", 2}, {"zero", 1}, {"", 2}, {"1.0.1", 2}})
        test::equal(report::bucket_of(versions, {.version = std::string{c.word}}), c.bucket, c.word);
    auto const boards = table(Measure::board_family, {{"a", 0, {"debian"}}, {"other", 0, {}}});
    test::equal(report::bucket_of(boards, {.board_family = "debian-gateway"}), 0U, "a family");
    test::equal(report::bucket_of(boards, {.version = "debian"}), 1U, "the version is something else");
    test::check(!report::is_counted(Measure::version) && !report::is_counted(Measure::board_family), "words");
}

void adds_up() {
    report::Tables tables{{table(Measure::version, {}), table(Measure::version, {})}};
    tables.tables[1].id = "second";
    test::equal(tables.epsilon_thousandths(), 1000U, "two halves");
    test::check(tables.find("second") == &tables.tables[1], "by its id");
    test::check(tables.find("third") == nullptr, "none");
}

constexpr test::Test tests[] = {
    {"a number belongs to the last bucket that begins at or below it", puts_numbers},
    {"a word belongs where it is listed, with what comes behind a dot or dash, else to the last bucket", puts_words},
    {"tables are found by id, and their ε add up", adds_up},
};

}  // namespace

int main() {
    return test::run("report/tables", tests);
}
