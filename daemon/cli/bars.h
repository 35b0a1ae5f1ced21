// A timeline as bars: a row a day, the day's 24 hours as cells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>

#include "policy/decide.h"

namespace kindgate::cli {

struct BarStyle {
    bool colour = false;
    std::size_t cells = 48;  // a day; divides 1440
};

// The modes differ by their characters, colour only helps. A cell shows the mode that holds for most of it; a blank is
// a local time that the span doesn't have, or the day: clocks were set forward. In an hour that happens twice the cell
// is about both. `stretches` as of policy::timeline().
void print_bars(std::ostream& out, date::time_zone const& zone, std::span<policy::Stretch const> stretches,
                BarStyle style);

// A number as a bar: `cells` are `most`. Anything but 0 can be seen.
std::string bar(std::uint64_t number, std::uint64_t most, std::size_t cells);

// "Mon 2026-11-23".
std::string day_name(date::local_days day);

}  // namespace kindgate::cli
