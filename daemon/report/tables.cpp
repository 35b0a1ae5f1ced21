#include "report/tables.h"

#include <algorithm>
#include <cassert>

namespace kindgate::report {

bool is_counted(Measure measure) {
    switch (measure) {
        case Measure::screen_minutes_a_day:
        case Measure::categories_blocked:
        case Measure::overrides_used:
        case Measure::proofs_shown:
        case Measure::bypass_attempts: return true;
        case Measure::version:
        case Measure::board_family: return false;
    }
    return false;
}

Table const* Tables::find(std::string_view id) const {
    auto const found = std::ranges::find(tables, id, &Table::id);
    return found == tables.end() ? nullptr : &*found;
}

std::uint64_t Tables::epsilon_thousandths() const {
    std::uint64_t sum = 0;
    for (auto const& table : tables) sum += table.epsilon.thousandths();
    return sum;
}

namespace {

std::size_t bucket_of_number(Table const& table, std::uint64_t number) {
    auto const above = std::ranges::upper_bound(table.buckets, number, {}, &Bucket::from);
    assert(above != table.buckets.begin());
    return static_cast<std::size_t>(above - table.buckets.begin()) - 1;
}

// "0.1" has "0.1" and "0.1.2", not "0.10".
bool has(std::string_view word, std::string_view said) {
    return said.starts_with(word) &&
           (said.size() == word.size() || said[word.size()] == '.' || said[word.size()] == '-');
}

std::size_t bucket_of_word(Table const& table, std::string_view said) {
    auto const belongs = [&](Bucket const& bucket) {
        return std::ranges::any_of(bucket.words, [&](std::string_view word) { return has(word, said); });
    };
    auto const found = std::ranges::find_if(table.buckets, belongs);
    return std::min(static_cast<std::size_t>(found - table.buckets.begin()), table.buckets.size() - 1);
}

}  // namespace

std::size_t bucket_of(Table const& table, HouseholdWeek const& week) {
    switch (table.measure) {
        case Measure::screen_minutes_a_day: return bucket_of_number(table, week.screen_minutes_a_day);
        case Measure::categories_blocked: return bucket_of_number(table, week.categories_blocked);
        case Measure::overrides_used: return bucket_of_number(table, week.overrides_used);
        case Measure::proofs_shown: return bucket_of_number(table, week.proofs_shown);
        case Measure::bypass_attempts: return bucket_of_number(table, week.bypass_attempts);
        case Measure::version: return bucket_of_word(table, week.version);
        case Measure::board_family: return bucket_of_word(table, week.board_family);
    }
    return 0;
}

}  // namespace kindgate::report
