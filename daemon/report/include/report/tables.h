// What reports may count: tables of one question each, answered by one bucket a household and week. The form of their
// file is proto/kindgate/v1/report.proto; policy/tables_file.h reads it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "report/ratio.h"

namespace kindgate::report {

// All that can be asked of a household.
enum class Measure : std::uint8_t {
    screen_minutes_a_day,
    categories_blocked,
    overrides_used,
    proofs_shown,
    bypass_attempts,
    version,
    board_family,
};

// Is it a number? Else a word.
bool is_counted(Measure measure);

struct Bucket {
    std::string label;               // unique in its table
    std::uint64_t from = 0;          // the lowest number that belongs here
    std::vector<std::string> words;  // of words: these; of the last bucket none, it has the rest
    bool operator==(Bucket const&) const = default;
};

struct Table {
    std::string id;
    std::string question;
    Measure measure = Measure::screen_minutes_a_day;
    std::vector<Bucket> buckets;    // 2 to 32; of numbers `from` ascends from 0
    std::uint32_t sensitivity = 1;  // in how many buckets a household, or a person, counts at most; from 1
    Epsilon epsilon;
    bool operator==(Table const&) const = default;
};

struct Tables {
    std::vector<Table> tables;  // 1 to 32, with ids of their own

    Table const* find(std::string_view id) const;
    // What all of them together tell of a household in a week.
    std::uint64_t epsilon_thousandths() const;
};

// A household's exact figures of a week: they stay in the house. Units are those of Measure in report.proto.
struct HouseholdWeek {
    std::uint64_t screen_minutes_a_day = 0;
    std::uint64_t categories_blocked = 0;
    std::uint64_t overrides_used = 0;
    std::uint64_t proofs_shown = 0;
    std::uint64_t bypass_attempts = 0;
    std::string version{};
    std::string board_family{};
    bool operator==(HouseholdWeek const&) const = default;
};

// The index of the bucket that is the week's answer.
std::size_t bucket_of(Table const& table, HouseholdWeek const& week);

}  // namespace kindgate::report
