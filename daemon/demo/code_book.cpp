#include "demo/code_book.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include <fmt/format.h>

#include "crypto/secret.h"

namespace kindgate::demo {

namespace {

// Without I, L, O and U, which people misread.
constexpr std::string_view signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

std::string upper(std::string_view text) {
    std::string made{text};
    std::ranges::transform(made, made.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return made;
}

template <typename Number>
std::optional<Number> number(std::string_view text) {
    Number value = 0;
    auto const* const first = std::to_address(text.begin());
    auto const* const last = std::to_address(text.end());
    auto const [stop, failed] = std::from_chars(first, last, value);
    return failed == std::errc{} && stop == last ? std::optional{value} : std::nullopt;
}

template <typename Body>
Result<void> each_line(std::string_view text, Body body) {
    while (!text.empty()) {
        auto const line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (!line.empty() && !line.starts_with('#')) KG_TRY(body(line));
    }
    return {};
}

}  // namespace

std::string CodeBook::new_code(std::uint8_t age) {
    std::array<std::uint8_t, 12> chance{};
    crypto::fill_at_random(chance);
    auto code = fmt::format("{}", age);
    for (std::size_t i = 0; i < chance.size(); ++i) {
        if (i % 4 == 0) code += '-';
        code += signs[chance[i] % signs.size()];
    }
    return code;
}

Result<CodeBook> CodeBook::read(std::string_view codes, std::string_view used, unsigned uses) {
    CodeBook book;
    book.uses_ = uses;
    KG_TRY(each_line(codes, [&](std::string_view line) -> Result<void> {
        auto const age = number<std::uint8_t>(line.substr(0, line.find('-')));
        if (!age || line.find(' ') != std::string_view::npos)
            return Error{ErrorCode::invalid_input,
                         fmt::format("'{}' is no code: write one a line, its age first: 16-K7QM-3XPD-9TRW", line)};
        book.entries_[upper(line)] = {*age, 0};
        return {};
    }));
    KG_TRY(each_line(used, [&](std::string_view line) -> Result<void> {
        auto const blank = std::min(line.find(' '), line.size());
        auto const count = number<unsigned>(line.substr(std::min(blank + 1, line.size())));
        if (!count) return Error{ErrorCode::damaged, fmt::format("'{}' is no code with its number of uses", line)};
        // A code that was taken from the list is refused anyway.
        if (auto const found = book.entries_.find(line.substr(0, blank)); found != book.entries_.end())
            found->second.used = *count;
        return {};
    }));
    return book;
}

CodeBook::Taken CodeBook::take(std::string_view code, std::uint8_t age) {
    auto const found = entries_.find(upper(code));
    if (found == entries_.end()) return Taken::unknown;
    auto& entry = found->second;
    if (entry.age < age) return Taken::too_young;
    if (entry.used >= uses_) return Taken::used_up;
    ++entry.used;
    return Taken::good;
}

std::optional<std::uint8_t> CodeBook::age_of(std::string_view code) const {
    auto const found = entries_.find(upper(code));
    return found == entries_.end() ? std::nullopt : std::optional{found->second.age};
}

std::string CodeBook::used_text() const {
    std::string text;
    for (auto const& [code, entry] : entries_)
        if (entry.used > 0) text += fmt::format("{} {}\n", code, entry.used);
    return text;
}

}  // namespace kindgate::demo
