// How the subcommands of `kindgate report` write: within the terminal, a question as a heading, facts below it.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>

#include "cli/cli.h"
#include "text.h"

namespace kindgate::cli {

// Lines longer than these are hard to read, whatever the terminal has.
std::size_t line_width(Surroundings const& around);

void paragraph(std::string_view text, Surroundings const& around);

// "screen-time: How many minutes …?"
void heading(std::string_view table, std::string_view question, Surroundings const& around);

// "  leaves        2026-11-30 03:12": what it is called in 12 columns, and what it is, as often as need be wrapped.
void fact(std::string_view name, std::string_view text, Surroundings const& around);

// A line each; of an answer's warnings.
template <typename Sentences>
void troubles(Sentences const& warnings, Surroundings const& around) {
    for (std::string const& warning : warnings) around.out << trouble(warning, around.colour);
}

}  // namespace kindgate::cli
