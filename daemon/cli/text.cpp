#include "text.h"

#include <algorithm>
#include <clocale>
#include <cwchar>
#include <ostream>

#include <fmt/format.h>

#include "base/utf8.h"

namespace kindgate::cli {

namespace {

std::string escaped(char32_t code) {
    if (code == '\n') return "\\n";
    if (code == '\t') return "\\t";
    if (code == '\r') return "\\r";
    auto const number = static_cast<std::uint32_t>(code);
    return number < 0x100 ? fmt::format("\\x{:02x}", number) : fmt::format("\\u{:04x}", number);
}

// wcwidth() has the tables but answers for the thread's locale, which may be "C" where a script runs us.
class Utf8Locale {
public:
    Utf8Locale() {
        static locale_t const utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
        if (utf8 != nullptr) before_ = uselocale(utf8);
    }
    ~Utf8Locale() {
        if (before_ != nullptr) uselocale(before_);
    }
    Utf8Locale(Utf8Locale const&) = delete;
    Utf8Locale& operator=(Utf8Locale const&) = delete;

private:
    locale_t before_ = nullptr;
};

std::string_view colour_code(Paint paint) {
    switch (paint) {
        case Paint::none: return "";
        case Paint::heading: return "\033[1m";
        case Paint::good: return "\033[32m";
        case Paint::medium: return "\033[33m";
        case Paint::bad: return "\033[31m";
        case Paint::faint: return "\033[2m";
    }
    return "";
}

}  // namespace

std::string printable(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        auto const character = first_character(text);
        if (!character.valid) {
            result += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
        } else if (obeyed(character.code) != Obeyed::nothing) {
            result += escaped(character.code);
        } else {
            result += text.substr(0, character.bytes);
        }
        text.remove_prefix(character.bytes);
    }
    return result;
}

std::size_t display_width(std::string_view text) {
    Utf8Locale const utf8;
    std::size_t width = 0;
    while (!text.empty()) {
        auto const character = first_character(text);
        int const columns = character.valid ? wcwidth(static_cast<wchar_t>(character.code)) : 1;
        width += columns < 0 ? 1U : static_cast<std::size_t>(columns);
        text.remove_prefix(character.bytes);
    }
    return width;
}

std::string padded(std::string_view text, std::size_t width) {
    std::size_t const taken = display_width(text);
    return std::string{text} + std::string(taken < width ? width - taken : 0, ' ');
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t columns) {
    std::string lines;
    std::size_t filled = indent;
    while (!text.empty()) {
        auto const word = text.substr(0, text.find(' '));
        auto const width = display_width(word);
        if (filled > indent && filled + 1 + width > columns) {
            lines += '\n' + std::string(indent, ' ');
            filled = indent;
        } else if (!lines.empty()) {
            lines += ' ';
            ++filled;
        }
        lines += word;
        filled += width;
        text.remove_prefix(std::min(text.size(), word.size() + 1));
    }
    return lines;
}

std::string counted(std::size_t number, std::string_view singular) {
    return fmt::format("{} {}{}", number, singular, number == 1 ? "" : "s");
}

Paint paint_of(policy::Mode mode) {
    switch (mode) {
        case policy::Mode::open: return Paint::good;
        case policy::Mode::learning: return Paint::medium;
        case policy::Mode::off: return Paint::bad;
    }
    return Paint::none;
}

std::string painted(std::string_view text, Paint paint, bool colour) {
    if (!colour || paint == Paint::none) return std::string{text};
    return fmt::format("{}{}\033[0m", colour_code(paint), text);
}

std::string trouble(std::string_view text, bool colour) {
    return fmt::format("{} {}\n", painted("!", Paint::bad, colour), printable(text));
}

Table::Table(std::vector<std::string_view> const& headings) {
    auto& first = rows_.emplace_back();
    for (auto const& heading : headings) first.emplace_back(heading, Paint::heading);
}

void Table::print(std::ostream& out, bool colour) const {
    std::vector<std::size_t> widths;
    for (auto const& row : rows_) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i].text));
    }
    for (auto const& row : rows_) {
        std::size_t filled = row.size();
        while (filled > 0 && row[filled - 1].text.empty()) --filled;
        for (std::size_t i = 0; i < filled; ++i) {
            bool const last = i + 1 == filled;
            out << painted(last ? row[i].text : padded(row[i].text, widths[i]), row[i].paint, colour)
                << (last ? "" : "  ");
        }
        out << '\n';
    }
}

}  // namespace kindgate::cli
