// Text for terminals: what may be printed, how wide it is, colours, aligned tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "policy/model.h"

namespace kindgate::cli {

// Names come from people, files and the network. Control characters (C0, C1, DEL), characters that turn the direction
// of writing, and bytes that aren't UTF-8 become visible escapes, so that no name can move the cursor or hide itself.
std::string printable(std::string_view text);

// Columns that printable text takes on a terminal: wide characters two, combining ones none.
std::size_t display_width(std::string_view text);

// `text` with spaces behind it, at least `width` columns.
std::string padded(std::string_view text, std::size_t width);

// `text` in lines of at most `columns` columns, broken at spaces, all but the first behind `indent` spaces; the first
// begins there already. A longer word has a line of its own.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t columns);

// "1 profile", "2 profiles". `singular` is a word whose plural ends with s.
std::string counted(std::size_t number, std::string_view singular);

enum class Paint : std::uint8_t { none, heading, good, medium, bad, faint };

Paint paint_of(policy::Mode mode);

// `text` in a colour where `colour` says that the terminal takes one.
std::string painted(std::string_view text, Paint paint, bool colour);

// A line about something that should be mended: "! " and the printable text.
std::string trouble(std::string_view text, bool colour);

// Made from whatever is said, so that a row reads as a list.
struct Cell {
    // NOLINTBEGIN(google-explicit-constructor)
    Cell(std::string_view said, Paint how = Paint::none) : text(printable(said)), paint(how) {}
    Cell(std::string const& said) : Cell(std::string_view{said}) {}
    Cell(char const* said) : Cell(std::string_view{said}) {}
    // NOLINTEND(google-explicit-constructor)

    std::string text;
    Paint paint;
};

// Columns aligned by display width, two spaces between them, nothing behind the last.
class Table {
public:
    explicit Table(std::vector<std::string_view> const& headings);

    void row(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }
    void print(std::ostream& out, bool colour) const;

private:
    std::vector<std::vector<Cell>> rows_;
};

}  // namespace kindgate::cli
