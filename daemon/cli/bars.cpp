#include "bars.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "text.h"

namespace kindgate::cli {

namespace {

using policy::Instant;
using policy::Interval;
using policy::Mode;
using std::chrono::minutes;
using std::chrono::seconds;

std::string_view character(Mode mode) {
    switch (mode) {
        case Mode::open: return "█";
        case Mode::learning: return "▒";
        case Mode::off: return "·";
    }
    return " ";
}

// The instants at which clocks show a time in [from, to): none in a gap, two stretches in an overlap. Offsets are less
// than a day, and so are changes but for a skipped date: 30 hours around hold them all.
std::vector<Interval> instants(date::time_zone const& zone, date::local_seconds from, date::local_seconds to) {
    std::vector<Interval> found;
    auto const near = date::sys_seconds{from.time_since_epoch()};
    auto at = near - std::chrono::hours{30};
    while (at < near + std::chrono::hours{30}) {
        auto const stretch = policy::zone_stretch(zone, at);
        Interval const here{std::max(stretch.begin, date::sys_seconds{from.time_since_epoch() - stretch.offset}),
                            std::min(stretch.end, date::sys_seconds{to.time_since_epoch() - stretch.offset})};
        if (here.from < here.to) found.push_back(here);
        at = stretch.end;
    }
    return found;
}

class Bars {
public:
    Bars(date::time_zone const& zone, std::span<policy::Stretch const> stretches, BarStyle style)
        : zone_(zone), stretches_(stretches), style_(style) {}

    std::string row(date::local_days day) const {
        std::string cells;
        minutes const width{1440 / static_cast<int>(style_.cells)};
        for (std::size_t i = 0; i < style_.cells; ++i) {
            auto const from = date::local_seconds{day} + static_cast<int>(i) * width;
            auto const mode = most(from, from + width);
            cells += mode ? painted(character(*mode), paint_of(*mode), style_.colour) : " ";
        }
        return cells;
    }

    bool clocks_change(date::local_days day) const {
        auto const next = policy::first_instant(zone_, day + date::days{1});
        return next - policy::first_instant(zone_, day) != date::days{1};
    }

private:
    std::optional<Mode> most(date::local_seconds from, date::local_seconds to) const {
        std::array<seconds, 4> held{};  // by mode
        for (auto const& when : instants(zone_, from, to)) {
            auto stretch = std::ranges::upper_bound(stretches_, when.from, {}, [](auto const& s) { return s.when.to; });
            for (; stretch != stretches_.end() && stretch->when.from < when.to; ++stretch)
                held.at(static_cast<std::size_t>(stretch->decision.mode)) +=
                    std::min(stretch->when.to, when.to) - std::max(stretch->when.from, when.from);
        }
        auto const longest = std::ranges::max_element(held);
        if (*longest <= seconds{0}) return std::nullopt;
        return static_cast<Mode>(longest - held.begin());
    }

    date::time_zone const& zone_;
    std::span<policy::Stretch const> stretches_;
    BarStyle style_;
};

// "00    03    06": as many cells as hours take.
std::string hours_line(std::size_t cells) {
    std::string line;
    for (std::size_t hour = 0; hour < 24; hour += 3)
        line += fmt::format("{:<{}}", fmt::format("{:02}", hour), cells / 8);
    return line + "24";
}

std::string legend(BarStyle style) {
    std::string line;
    for (auto const mode : {Mode::open, Mode::learning, Mode::off})
        line += fmt::format("{} {}   ", painted(character(mode), paint_of(mode), style.colour), policy::name(mode));
    return line + fmt::format("(a cell is {} minutes)", 1440 / style.cells);
}

}  // namespace

void print_bars(std::ostream& out, date::time_zone const& zone, std::span<policy::Stretch const> stretches,
                BarStyle style) {
    if (stretches.empty()) return;
    Bars const bars{zone, stretches, style};
    out << fmt::format("{:16}{}\n", "", hours_line(style.cells));
    auto const last = policy::local_date(zone, stretches.back().when.to - seconds{1});
    for (auto day = policy::local_date(zone, stretches.front().when.from); day <= last; day += date::days{1})
        out << fmt::format("{} │{}│{}\n", day_name(day), bars.row(day),
                           bars.clocks_change(day) ? " clocks change" : "");
    out << fmt::format("{:16}{}\n", "", legend(style));
}

std::string bar(std::uint64_t number, std::uint64_t most, std::size_t cells) {
    static constexpr std::array<std::string_view, 8> parts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    if (number == 0 || most == 0) return "";
    auto const eighths = std::max<std::uint64_t>(1, std::min(number, most) * cells * parts.size() / most);
    std::string drawn;
    for (std::uint64_t i = 0; i < eighths / parts.size(); ++i) drawn += "█";
    return drawn + std::string{parts.at(eighths % parts.size())};
}

std::string day_name(date::local_days day) {
    static constexpr std::array<std::string_view, 7> names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    auto const ymd = date::year_month_day{day};
    return fmt::format("{} {:04}-{:02}-{:02}", names.at(date::weekday{day}.c_encoding()), static_cast<int>(ymd.year()),
                       static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
}

}  // namespace kindgate::cli
