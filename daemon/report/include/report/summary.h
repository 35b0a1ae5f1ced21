// A school's own summary: of each table and group how many people answered what. One gate knows all of them, so that
// nothing is blurred at the source; what is given out is made harmless here instead, in this order:
//
//   1. A group of fewer than ten people has no table, and a cell of fewer than ten people is not shown.
//   2. A table is withheld whole where a cell that isn't shown, or a sum of such cells of fewer than ten people, would
//      follow from what is shown and from the sizes of groups, which everybody knows: within a group, or between groups
//      and all of them together.
//   3. What is shown gets two-sided geometric noise, cell by cell. A result below 0 is said as 0, which lifts the
//      average of small cells a little and tells nothing more; sums are not made to agree.
//
// ε holds for the numbers: with any other answers of one person the same ones would come with a probability that
// differs by at most e^ε, all cells of a table and period taken together. A person who changes an answer takes one cell
// down and another up, and stands in a group and in the whole: so the scale of the noise is 2 * sensitivity / ε, and
// twice that where there is a whole. That a cell or table is missing is no noisy fact: it tells that people were few.
//
// What was drawn is an answer for ever: whoever draws again from the same people lets the noise be averaged away. So
// the caller keeps `Summary::tables`, gives them back, and never asks for periods that overlap, or the same people in
// other groups.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/random_source.h"
#include "report/tables.h"

namespace kindgate::report {

inline constexpr std::uint64_t least_people = 10;

struct Group {
    std::string name;          // 1 to 64 characters that can be shown, unique
    std::uint64_t people = 0;  // up to 1,000,000
    // For each table, in its order, how many people answered each bucket. They add up to `people`.
    std::vector<std::vector<std::uint64_t>> counts;
};

struct Answers {
    std::string period;         // what it is called: "2026-W48"; 1 to 64 characters
    std::string whole;          // what all groups together are called; 1 to 64 characters, no group's name
    std::vector<Group> groups;  // 1 to 256; nobody is in two of them
    // How many of the counted one person may be, 1 to 10: where devices are counted, and some have a phone and a
    // laptop. Ten people are so many times ten then, and the noise hides all that are one person's.
    std::uint32_t times_a_person = 1;
};

enum class Withheld : std::uint8_t {
    nothing,
    few_people,  // fewer than ten
    gives_back,  // a cell of few people would follow from it
    not_drawn,   // the group was not there when this table and period were drawn
};

// "", "few_people", …: as CSV and JSON have it.
std::string_view word(Withheld withheld);
// "Not shown: fewer than ten people."; "" for nothing.
std::string_view sentence(Withheld withheld);

// What is given out of a table, group and period: stored as it is.
struct ReleasedTable {
    std::string table;  // its id
    std::string group;
    std::string period;
    Withheld withheld = Withheld::nothing;
    std::vector<std::optional<std::uint64_t>> cells{};  // one a bucket, none: of few people; empty where it is withheld
    // At least 95 of 100 cells are, before they are cut at 0, off by no more than this. 0 where it is withheld.
    std::uint64_t half_width = 0;
    bool operator==(ReleasedTable const&) const = default;
};

struct Summary {
    std::string period;
    std::vector<ReleasedTable>
        tables;  // table by table; in each the groups in their order, then, of several, the whole
};

// Of a table and period that `stored` has something of, all is as it is stored, and nothing is drawn: a group that
// wasn't there has no table. Answers that break what is said above: invalid_input. A stored table with other buckets:
// conflict.
Result<Summary> summarise(Tables const& tables, Answers const& answers, std::span<ReleasedTable const> stored,
                          RandomSource& random);

// RFC 4180, with a head: a line a cell, or one a table that is withheld.
std::string csv(Tables const& tables, Summary const& summary);
// One object; names in snake_case, all of them always there.
std::string json(Tables const& tables, Summary const& summary);
// A picture of one table: bars with error bars, which are told apart without colours; all of it also as text for those
// who don't see it.
std::string svg(Table const& table, ReleasedTable const& released);

}  // namespace kindgate::report
