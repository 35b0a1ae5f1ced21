// A timeline as bars: a row a day, the day's 24 hours as cells.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <span>

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

}  // namespace kindgate::cli
