#include "report_show.h"

#include <algorithm>
#include <ostream>

#include <fmt/format.h>

#include "text.h"

namespace kindgate::cli {

namespace {

constexpr std::size_t name_width = 12;
constexpr std::size_t indent = name_width + 4;

}  // namespace

std::size_t line_width(Surroundings const& around) {
    return std::clamp<std::size_t>(around.columns, 40, 100);
}

void paragraph(std::string_view text, Surroundings const& around) {
    around.out << wrapped(printable(text), 0, line_width(around)) << '\n';
}

void heading(std::string_view table, std::string_view question, Surroundings const& around) {
    auto const text = question.empty() ? std::string{table} : fmt::format("{}: {}", table, question);
    around.out << painted(wrapped(printable(text), 0, line_width(around)), Paint::heading, around.colour) << '\n';
}

void fact(std::string_view name, std::string_view text, Surroundings const& around) {
    around.out << "  " << painted(padded(name, name_width), Paint::faint, around.colour) << "  "
               << wrapped(printable(text), indent, line_width(around)) << '\n';
}

}  // namespace kindgate::cli
