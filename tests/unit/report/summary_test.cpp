#include "report/summary.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "report/samplers.h"
#include "statistics.h"

namespace {

using namespace kindgate;
using report::Answers;
using report::Group;
using report::ReleasedTable;
using report::SeededRandom;
using report::Summary;
using report::Tables;
using report::Withheld;

Tables two_tables() {
    auto const epsilon = [](std::string_view text) { return test::value(report::Epsilon::parse(text)); };
    using report::Measure;
    return {{{"screen",
              "How <much>, and \"when\"?",
              Measure::screen_minutes_a_day,
              {{"none", 0, {}}, {"some", 1, {}}, {"much & more", 61, {}}},
              1,
              epsilon("1")},
             {"proofs", "Any?", Measure::proofs_shown, {{"none", 0, {}}, {"any", 1, {}}}, 1, epsilon("0.5")}}};
}

Answers one_group() {
    return {"2026-W48", "School", {{"7B", 300, {{100, 150, 50}, {3, 297}}}}};
}

Answers two_groups() {
    auto answers = one_group();
    answers.groups.push_back({"7C", 8, {{8, 0, 0}, {4, 4}}});
    return answers;
}

Summary drawn(Answers const& answers, std::string_view seed = "seed", std::vector<ReleasedTable> const& stored = {}) {
    SeededRandom random{bytes_of(seed)};
    return test::value(report::summarise(two_tables(), answers, stored, random));
}

void draws_tables() {
    auto const summary = drawn(two_groups());
    std::string all;
    for (auto const& table : summary.tables)
        all += fmt::format("{} {} {} {};", table.table, table.group, report::word(table.withheld), table.cells.size());
    test::equal(all,
                "screen 7B  3;screen 7C few_people 0;screen School gives_back 0;proofs 7B gives_back 0;proofs 7C "
                "few_people 0;proofs School gives_back 0;",
                "each table and group");
    auto const& first = summary.tables.at(0);
    test::equal(first.period, "2026-W48", "period");
    // ε 1; a changed answer changes two cells, and a person is in two tables: scale 4.
    test::equal(first.half_width, report::half_width_95(report::Ratio::whole(4)), "half-width");
    test::equal(drawn(one_group()).tables.at(0).half_width, report::half_width_95(report::Ratio::whole(2)),
                "of one group");
    test::check(drawn(two_groups()).tables == summary.tables, "the same random octets, the same numbers");
    test::check(drawn(two_groups(), "other").tables != summary.tables, "others, others");
}

// Noise is there, cell by cell, with its distribution: χ² of many draws. Also its tester: without noise it fails.
void has_noise() {
    std::map<std::int64_t, std::uint64_t> seen;
    std::map<std::int64_t, std::uint64_t> differences;
    SeededRandom random{bytes_of("noise")};
    for (int i = 0; i < 5000; ++i) {
        auto const summary = test::value(report::summarise(two_tables(), one_group(), {}, random));
        auto const& cells = summary.tables.at(0).cells;
        ++seen[static_cast<std::int64_t>(*cells[0]) - 100];
        ++seen[static_cast<std::int64_t>(*cells[1]) - 150];
        ++differences[static_cast<std::int64_t>(*cells[0]) - static_cast<std::int64_t>(*cells[1]) + 50];
    }
    auto const a = std::exp(-0.5);
    std::map<std::int64_t, double> probability;
    for (std::int64_t x = -50; x <= 50; ++x)
        probability[x] = (1 - a) / (1 + a) * std::pow(a, static_cast<double>(std::abs(x)));
    test::check(test::p_value(seen, probability) > 1e-4, "two-sided geometric of scale 2");
    test::check(test::p_value({{0, 10'000}}, probability) < 1e-12, "exact numbers would be noticed");
    test::check(differences.size() > 20, "cells have noise of their own");
    auto outside = 0.0;
    for (auto const& [x, count] : seen) outside += std::abs(x) > 6 ? static_cast<double>(count) : 0;
    test::equal(report::half_width_95(report::Ratio::whole(2)), 6U, "the half-width");
    test::check(outside / 10'000 < 0.05, "holds for 95 of 100");
}

void answers_again() {
    auto const first = drawn(two_groups());
    auto changed = two_groups();
    changed.groups[0].counts[0] = {200, 50, 50};
    changed.groups.push_back({"8A", 40, {{20, 20, 0}, {20, 20}}});
    auto const again = drawn(changed, "other octets", first.tables);
    for (auto const& table : again.tables) {
        auto const before = std::ranges::find_if(first.tables, [&](ReleasedTable const& one) {
            return one.table == table.table && one.group == table.group;
        });
        if (table.group == "8A")
            test::check(table.withheld == Withheld::not_drawn && table.cells.empty(), "it wasn't there");
        else
            test::check(before != first.tables.end() && *before == table, "as it was");
    }
    auto next = changed;
    next.period = "2026-W49";
    test::check(drawn(next, "seed", first.tables).tables.at(0).cells != first.tables.at(0).cells,
                "another period is drawn");
    auto other = first.tables;
    other[0].cells.emplace_back();
    SeededRandom random{bytes_of("x")};
    auto const conflict = report::summarise(two_tables(), two_groups(), other, random);
    test::check(!conflict.ok() && conflict.error().code() == ErrorCode::conflict, "buckets of then");
}

// No result is negative, and what is 0 is said as 0.
void stays_above_zero() {
    Answers const small{"W", "All", {{"g", 20, {{10, 10, 0}, {10, 10}}}}};
    std::uint64_t zeros = 0;
    SeededRandom random{bytes_of("small")};
    for (int i = 0; i < 500; ++i)
        for (auto const& table : test::value(report::summarise(two_tables(), small, {}, random)).tables)
            for (auto const& cell : table.cells) {
                test::check(!cell || *cell < 100, "never below 0");
                zeros += cell == 0U ? 1 : 0;
            }
    test::check(zeros > 0, "some are cut");
}

void refuses_answers() {
    struct Case {
        void (*change)(Answers&);
        std::string_view told;
    };
    for (auto const& c : {
             Case{[](Answers& a) { a.groups.clear(); }, "there are 0 groups"},
             {[](Answers& a) { a.groups.resize(257, a.groups[0]); }, "there are 257 groups: 1 to 256"},
             {[](Answers& a) { a.period = ""; }, "the name of a period has 0 characters"},
             {[](Answers& a) { a.whole = std::string(65, 'a'); }, "the name of a whole has 65 characters"},
             {[](Answers& a) { a.groups[0].name = "a\nb"; }, "has a character that can't be shown"},
             {[](Answers& a) { a.groups[0].name = "School"; }, "two groups are called School"},
             {[](Answers& a) { a.groups[0].people = 299; }, "don't add up to its 299 people"},
             {[](Answers& a) { a.groups[0].people = 1'000'001; }, "at most 1000000"},
             {[](Answers& a) { a.groups[0].counts[0][0] = ~std::uint64_t{0}; }, "don't add up"},
             {[](Answers& a) { a.groups[0].counts.pop_back(); }, "counts of 1 tables, and there are 2"},
             {[](Answers& a) { a.groups[0].counts[1].push_back(0); }, "3 counts of proofs, which has 2 buckets"},
         }) {
        auto answers = one_group();
        c.change(answers);
        SeededRandom random{bytes_of("x")};
        auto const summary = report::summarise(two_tables(), answers, {}, random);
        test::check(!summary.ok(), c.told);
        test::contains(summary.error().message(), c.told);
    }
}

Summary written() {
    auto summary = drawn(one_group());
    summary.tables[0].cells = {100, std::nullopt, 0};
    summary.tables[0].group = summary.tables[1].group = "7B, \"quick\"";
    return summary;
}

void writes_csv() {
    auto const line = [](std::string_view rest) {
        return fmt::format("2026-W48,\"7B, \"\"quick\"\"\",screen,\"How <much>, and \"\"when\"\"?\",{}\r\n", rest);
    };
    test::equal(report::csv(two_tables(), written()),
                "period,group,table,question,bucket,people,half_width_95,epsilon,withheld\r\n" + line("none,100,6,1,") +
                    line("some,,,1,few_people") + line("much & more,0,6,1,") +
                    "2026-W48,\"7B, \"\"quick\"\"\",proofs,Any?,,,,0.5,gives_back\r\n",
                "csv");
}

void writes_json() {
    auto const json = nlohmann::json::parse(report::json(two_tables(), written()));
    test::equal(json.at("period").get<std::string>(), "2026-W48", "period");
    test::equal(json.at("least_people").get<int>(), 10, "least people");
    auto const& screen = json.at("tables").at(0);
    test::equal(screen.at("half_width_95").get<int>(), 6, "error");
    test::equal(screen.at("epsilon").get<std::string>(), "1", "ε");
    test::equal(screen.at("withheld").get<std::string>(), "", "shown");
    test::equal(
        screen.at("cells").dump(),
        R"([{"bucket":"none","people":100,"withheld":""},{"bucket":"some","people":null,"withheld":"few_people"},{"bucket":"much & more","people":0,"withheld":""}])",
        "cells");
    auto const& proofs = json.at("tables").at(1);
    test::equal(proofs.at("withheld").get<std::string>(), "gives_back", "withheld");
    test::check(proofs.at("cells").empty() && proofs.at("half_width_95") == 0, "empty fields are there");
}

void draws_pictures() {
    auto const tables = two_tables();
    auto const summary = written();
    auto const picture = report::svg(tables.tables[0], summary.tables[0]);
    for (auto const* part :
         {"role=\"img\"", "aria-labelledby=\"title desc\"", "How &lt;much&gt;, and &quot;when&quot;?",
          "7B, &quot;quick&quot;, 2026-W48",
          "<desc id=\"desc\">none: 100 ± 6; some: too few; much &amp; more: 0 ± 6; of 100 numbers 95", "100 ± 6</text>",
          "too few, not shown", "viewBox=\"0 0 720 188\""})
        test::contains(picture, part);
    auto const count = [&](std::string_view part) {
        std::size_t found = 0;
        for (auto at = picture.find(part); at != std::string::npos; at = picture.find(part, at + 1)) ++found;
        return found;
    };
    test::equal(count("stroke=\"#333\""), 2U, "a bar a cell that is shown");
    test::equal(count("<path"), 2U, "and its error bar");
    test::equal(count("<text"), count("</text>"), "whole elements");
    auto const withheld = report::svg(tables.tables[1], summary.tables[1]);
    test::contains(withheld, "Not shown: an answer of fewer than ten people could be worked out.");
    test::check(withheld.find("<path") == std::string::npos, "no bars");
}

constexpr test::Test tests[] = {
    {"every table and group is drawn or says why it is withheld", draws_tables},
    {"what is shown has noise of the stated distribution", has_noise},
    {"what was drawn is the answer for ever, and nothing is added to it", answers_again},
    {"noise below 0 is said as 0", stays_above_zero},
    {"answers that don't fit are refused with a reason", refuses_answers},
    {"as CSV a line a cell, quoted where it has to be", writes_csv},
    {"as JSON with every field", writes_json},
    {"as a picture with error bars and a text for those who don't see it", draws_pictures},
};

}  // namespace

int main() {
    return test::run("report/summary", tests);
}
