#include "load_report.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/utf8.h"

namespace kindgate::policy {

std::string Diagnostic::text() const {
    auto const where = fmt::format("{}:{}:{}: {}", file, line, column, what);
    return advice.empty() ? where : where + ": " + advice;
}

namespace {

void keep(std::vector<Diagnostic>& all, Diagnostic diagnostic) {
    if (all.size() > Report::limit) return;
    if (all.size() == Report::limit) {
        diagnostic.what = fmt::format("there is more to say than these {} lines", Report::limit);
        diagnostic.advice = "repair them and load the file again";
    }
    all.push_back(std::move(diagnostic));
}

// The line that says "there is more" stays the last.
std::vector<Diagnostic> in_order(std::vector<Diagnostic> all) {
    auto const end = all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), Report::limit));
    std::stable_sort(all.begin(), end, [](Diagnostic const& a, Diagnostic const& b) {
        return Place{a.line, a.column} < Place{b.line, b.column};
    });
    return all;
}

}  // namespace

void Report::error(Place at, Complaint complaint) {
    keep(errors_, {file_, at.line, at.column, std::move(complaint.what), std::move(complaint.advice)});
}

void Report::error(Place at, std::optional<Complaint> complaint) {
    if (complaint) error(at, *std::move(complaint));
}

void Report::warn(Place at, Complaint complaint) {
    keep(warnings_, {file_, at.line, at.column, std::move(complaint.what), std::move(complaint.advice)});
}

std::vector<Diagnostic> Report::errors() const {
    return in_order(errors_);
}

std::vector<Diagnostic> Report::warnings() const {
    return in_order(warnings_);
}

std::string shown(std::string_view word, std::size_t most) {
    bool const cut = word.size() > most;
    // Not in the middle of a UTF-8 sequence.
    while (cut && most > 0 && (static_cast<unsigned char>(word[most]) & 0xc0U) == 0x80U) --most;
    word = word.substr(0, most);
    std::string text;
    while (!word.empty()) {
        auto const character = first_character(word);
        if (character.valid && obeyed(character.code) != Obeyed::nothing)
            text += '?';
        else
            text += word.substr(0, character.bytes);
        word.remove_prefix(character.bytes);
    }
    return cut ? text + "…" : text;
}

void once(std::string const& key, std::string_view what, Place at, Lines& lines, Report& report) {
    auto const [other, is_new] = lines.emplace(key, at.line);
    if (!is_new)
        report.error(
            at, Complaint{fmt::format("{} stands in line {} already", what, other->second), "keep one of the two"});
}

std::string quoted(std::string_view word) {
    return fmt::format("'{}'", shown(word));
}

namespace {

constexpr std::size_t longest_word = 40;  // no name of ours that is worth a guess is longer

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Optimal string alignment: insertions, deletions, substitutions, neighbours swapped; letter case is half forgiven by
// not counting at all.
std::size_t distance(std::string_view a, std::string_view b) {
    std::array<std::array<std::size_t, longest_word + 1>, 3> rows{};
    for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto& row = rows[i % 3];
        auto const& above = rows[(i + 2) % 3];
        auto const& two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            auto const x = lower(a[i - 1]);
            auto const y = lower(b[j - 1]);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (x == y ? 0U : 1U)});
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && y == lower(a[i - 2]))
                row[j] = std::min(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[a.size() % 3][b.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, std::vector<std::string> const& candidates) {
    if (word.empty() || word.size() > longest_word) return std::nullopt;
    std::optional<std::string> best;
    auto bound = std::min<std::size_t>(3, word.size() / 3 + 1);  // this many are still a slip of the finger
    for (auto const& candidate : candidates) {
        auto const longer = std::max(word.size(), candidate.size());
        if (candidate.size() > longest_word || longer - std::min(word.size(), candidate.size()) > bound) continue;
        auto const steps = distance(word, candidate);
        if (steps > bound || steps >= longer || (best && steps == bound)) continue;
        best = candidate;
        bound = steps;
    }
    return best;
}

std::string listed(std::vector<std::string> const& words, std::string_view last, std::size_t most) {
    std::string text;
    for (std::size_t i = 0; i < std::min(words.size(), most); ++i) {
        if (i > 0) text += i + 1 == words.size() ? last : ", ";
        text += words[i];
    }
    return words.size() > most ? text + ", …" : text;
}

}  // namespace kindgate::policy
