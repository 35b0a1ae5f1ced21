#include "report/summary.h"

#include <algorithm>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "base/utf8.h"
#include "report/samplers.h"
#include "suppression.h"

namespace kindgate::report {

namespace {

constexpr std::size_t most_groups = 256;
constexpr std::uint32_t most_times = 10;
constexpr std::size_t longest_name = 64;  // characters
constexpr std::uint64_t most_people = 1'000'000;

Error wrong(std::string sentence) {
    return {ErrorCode::invalid_input, std::move(sentence)};
}

Result<void> check_name(std::string_view what, std::string_view name) {
    auto const count = count_characters(name);
    if (count == 0 || count > longest_name)
        return wrong(fmt::format("the name of a {} has {} characters: write 1 to {}", what, count, longest_name));
    for (auto rest = name; !rest.empty();) {
        auto const character = first_character(rest);
        if (!character.valid || obeyed(character.code) != Obeyed::nothing)
            return wrong(
                fmt::format("the name of a {} has a character that can't be shown: write it in one line of "
                            "UTF-8 text",
                            what));
        rest.remove_prefix(character.bytes);
    }
    return {};
}

Result<void> check_group(Tables const& tables, Group const& group) {
    KG_TRY(check_name("group", group.name));
    if (group.people > most_people)
        return wrong(fmt::format("the group {} has {} people: at most {}", group.name, group.people, most_people));
    if (group.counts.size() != tables.tables.size())
        return wrong(fmt::format("the group {} has counts of {} tables, and there are {}", group.name,
                                 group.counts.size(), tables.tables.size()));
    for (std::size_t i = 0; i < group.counts.size(); ++i) {
        auto const& table = tables.tables[i];
        auto const& counts = group.counts[i];
        if (counts.size() != table.buckets.size())
            return wrong(fmt::format("the group {} has {} counts of {}, which has {} buckets", group.name,
                                     counts.size(), table.id, table.buckets.size()));
        bool const small = std::ranges::all_of(counts, [](std::uint64_t count) { return count <= most_people; });
        if (!small || std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}) != group.people)
            return wrong(fmt::format("the counts of {} for {} don't add up to its {} people: each answers once",
                                     table.id, group.name, group.people));
    }
    return {};
}

Result<void> check(Tables const& tables, Answers const& answers) {
    KG_TRY(check_name("period", answers.period));
    KG_TRY(check_name("whole", answers.whole));
    if (answers.times_a_person == 0 || answers.times_a_person > most_times)
        return wrong(
            fmt::format("a person may be counted {} times: 1 to {} can be", answers.times_a_person, most_times));
    if (answers.groups.empty() || answers.groups.size() > most_groups)
        return wrong(fmt::format("there are {} groups: 1 to {} can be summed up", answers.groups.size(), most_groups));
    std::set<std::string_view> names{answers.whole};
    for (auto const& group : answers.groups) {
        KG_TRY(check_group(tables, group));
        if (!names.insert(group.name).second)
            return wrong(fmt::format("two groups are called {}: give each a name of its own", group.name));
    }
    return {};
}

// Of the groups, and of several the whole.
std::vector<std::string> row_names(Answers const& answers) {
    std::vector<std::string> names;
    names.reserve(answers.groups.size() + 1);
    for (auto const& group : answers.groups) names.push_back(group.name);
    if (names.size() > 1) names.push_back(answers.whole);
    return names;
}

// Twice: a changed answer changes two cells. Twice again: a person is in a group and in the whole.
Result<Ratio> noise_scale(Table const& table, std::uint32_t times_a_person, bool has_whole) {
    auto const epsilon = table.epsilon.ratio();
    std::uint64_t const changes = std::uint64_t{table.sensitivity} * times_a_person * 2 * (has_whole ? 2 : 1);
    return Ratio::create(changes * epsilon.denominator(), epsilon.numerator());
}

std::uint64_t with_noise(std::uint64_t count, Ratio scale, RandomSource& random) {
    return static_cast<std::uint64_t>(
        std::max(std::int64_t{0}, static_cast<std::int64_t>(count) + two_sided_geometric(scale, random)));
}

Result<void> draw(Table const& table, std::size_t index, Answers const& answers, RandomSource& random,
                  std::vector<ReleasedTable>& into) {
    std::vector<std::vector<std::uint64_t>> counts;
    counts.reserve(answers.groups.size());
    for (auto const& group : answers.groups) counts.push_back(group.counts[index]);
    auto const names = row_names(answers);
    auto const scale = KG_TRY(noise_scale(table, answers.times_a_person, names.size() > 1));
    auto const rows = rows_to_show(counts, least_people * answers.times_a_person);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto const& row = rows[i];
        auto& released = into.emplace_back(ReleasedTable{table.id, names[i], answers.period, row.withheld});
        if (row.withheld != Withheld::nothing) continue;
        released.half_width = half_width_95(scale);
        for (std::size_t cell = 0; cell < row.counts.size(); ++cell) {
            released.cells.emplace_back();
            if (row.shown[cell]) released.cells.back() = with_noise(row.counts[cell], scale, random);
        }
    }
    return {};
}

// As it was stored; groups that are new have none.
Result<void> recall(Table const& table, Answers const& answers, std::vector<ReleasedTable> const& stored,
                    std::vector<ReleasedTable>& into) {
    for (auto const& name : row_names(answers)) {
        auto const found = std::ranges::find(stored, name, &ReleasedTable::group);
        if (found == stored.end()) {
            into.push_back({table.id, name, answers.period, Withheld::not_drawn});
            continue;
        }
        if (found->withheld == Withheld::nothing && found->cells.size() != table.buckets.size())
            return Error{ErrorCode::conflict,
                         fmt::format("{} of {} was drawn with {} buckets, and has {} now: use the tables of then",
                                     table.id, answers.period, found->cells.size(), table.buckets.size())};
        into.push_back(*found);
    }
    return {};
}

}  // namespace

std::string_view word(Withheld withheld) {
    switch (withheld) {
        case Withheld::nothing: return "";
        case Withheld::few_people: return "few_people";
        case Withheld::gives_back: return "gives_back";
        case Withheld::not_drawn: return "not_drawn";
    }
    return "";
}

std::string_view sentence(Withheld withheld) {
    switch (withheld) {
        case Withheld::nothing: return "";
        case Withheld::few_people: return "Not shown: fewer than ten people.";
        case Withheld::gives_back: return "Not shown: an answer of fewer than ten people could be worked out.";
        case Withheld::not_drawn: return "Not shown: the group was not there when this was counted.";
    }
    return "";
}

Result<Summary> summarise(Tables const& tables, Answers const& answers, std::span<ReleasedTable const> stored,
                          RandomSource& random) {
    KG_TRY(check(tables, answers));
    Summary summary{answers.period, {}};
    for (std::size_t i = 0; i < tables.tables.size(); ++i) {
        auto const& table = tables.tables[i];
        std::vector<ReleasedTable> known;
        for (auto const& one : stored)
            if (one.table == table.id && one.period == answers.period) known.push_back(one);
        if (known.empty())
            KG_TRY(draw(table, i, answers, random, summary.tables));
        else
            KG_TRY(recall(table, answers, known, summary.tables));
    }
    return summary;
}

}  // namespace kindgate::report
