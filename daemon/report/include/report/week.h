// The weeks that reports and summaries are about: Monday to Sunday of the local calendar, numbered on. Nothing finer
// leaves a house.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>

namespace kindgate::report {

// A local date, counted from 1970-01-01, as the ledger and counts have it.
using Day = std::chrono::days;
std::string date_text(Day day);  // "2026-11-29"

struct Week {
    std::int64_t number = 0;  // 0 has 1970-01-01

    static Week of(Day day);
    Day first() const;  // its Monday
    Day last() const { return first() + std::chrono::days{6}; }
    Week next() const { return {number + 1}; }
    Week before() const { return {number - 1}; }
    std::string name() const;  // ISO 8601, "2026-W48"
    // The time that its reports say: its end, as if it ended in UTC. Each week has another, and in a task with a
    // precision of a week another one there, too.
    std::chrono::sys_seconds report_time() const;

    auto operator<=>(Week const&) const = default;
};

}  // namespace kindgate::report
