// svg(): a row a bucket, labels on the left, bars from the same line. Grey bars with a dark edge and black error bars
// stay apart on any printer.
#include <algorithm>

#include <fmt/format.h>

#include "base/markup.h"
#include "report/summary.h"

namespace kindgate::report {

namespace {

// Pixels of a picture that is 720 wide.
constexpr std::uint64_t width = 720;
constexpr std::uint64_t left = 220;  // where bars begin
constexpr std::uint64_t room = 380;  // what the longest bar with its error takes
constexpr std::uint64_t top = 76;
constexpr std::uint64_t row = 34;
constexpr std::uint64_t bar = 20;

std::string description(Table const& table, ReleasedTable const& released) {
    if (released.withheld != Withheld::nothing) return std::string{sentence(released.withheld)};
    std::string text;
    for (std::size_t i = 0; i < released.cells.size(); ++i) {
        auto const& cell = released.cells[i];
        text += fmt::format("{}: {}; ", table.buckets[i].label,
                            cell ? fmt::format("{} ± {}", *cell, released.half_width) : "too few");
    }
    return text + "of 100 numbers 95 are off by no more than this.";
}

struct Scale {
    std::uint64_t most;
    std::uint64_t at(std::uint64_t people) const { return left + people * room / most; }
};

std::string text_at(std::uint64_t x, std::uint64_t y, std::string_view more, std::string_view text) {
    return fmt::format("<text x=\"{}\" y=\"{}\"{}>{}</text>\n", x, y, more, escaped_markup(text));
}

std::string bar_of(std::uint64_t people, std::uint64_t error, std::uint64_t y, Scale scale) {
    auto const middle = y + bar / 2;
    auto const low = scale.at(people - std::min(people, error));
    auto const high = scale.at(people + error);
    return fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"#ccc\" stroke=\"#333\"/>\n"
        "<path d=\"M{} {}H{}M{} {}v10M{} {}v10\" stroke=\"#000\" stroke-width=\"2\" fill=\"none\"/>\n",
        left, y, scale.at(people) - left, bar, low, middle, high, low, middle - 5, high, middle - 5);
}

std::string rows(Table const& table, ReleasedTable const& released) {
    Scale scale{1};
    for (auto const& cell : released.cells) scale.most = std::max(scale.most, cell.value_or(0) + released.half_width);
    std::string text;
    for (std::size_t i = 0; i < released.cells.size(); ++i) {
        auto const& cell = released.cells[i];
        auto const y = top + i * row;
        text += text_at(left - 10, y + 15, " text-anchor=\"end\"", table.buckets[i].label);
        if (cell) text += bar_of(*cell, released.half_width, y, scale);
        auto const after = cell ? scale.at(*cell + released.half_width) : left;
        text += text_at(after + 10, y + 15, "",
                        cell ? fmt::format("{} ± {}", *cell, released.half_width) : "too few, not shown");
    }
    return text;
}

}  // namespace

std::string svg(Table const& table, ReleasedTable const& released) {
    bool const shown = released.withheld == Withheld::nothing;
    auto const title = fmt::format("{}, {}", released.group, released.period);
    auto const height = top + row * (shown ? released.cells.size() : 1) + 10;
    auto text = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\" "
        "aria-labelledby=\"title desc\" font-family=\"sans-serif\" font-size=\"14\">\n"
        "<title id=\"title\">{2}: {3}</title>\n<desc id=\"desc\">{4}</desc>\n"
        "<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n",
        width, height, escaped_markup(title), escaped_markup(table.question),
        escaped_markup(description(table, released)));
    text += text_at(16, 28, " font-size=\"18\" font-weight=\"bold\"", title);
    text += text_at(16, 52, "", table.question);
    text += shown ? rows(table, released) : text_at(16, top + 15, "", sentence(released.withheld));
    return text + "</svg>\n";
}

}  // namespace kindgate::report
