// What the loader has to tell, collected with places and given out in the order of the file.
#pragma once

#include <compare>
#include <cstddef>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/load.h"

namespace kindgate::policy {

// Line and column from 1, the column in bytes.
struct Place {
    std::size_t line = 1;
    std::size_t column = 1;
    auto operator<=>(Place const&) const = default;
};

struct Complaint {
    std::string what;
    std::string advice;
    bool operator==(Complaint const&) const = default;
};

// What a small text of the file means, or what is wrong with it.
template <typename T>
using Read = std::expected<T, Complaint>;

class Report {
public:
    // So many errors, and so many warnings, are kept: a file with more of them is hardly a policy.
    static constexpr std::size_t limit = 1000;

    explicit Report(std::string_view file) : file_(file) {}

    void error(Place at, Complaint complaint);
    void error(Place at, std::optional<Complaint> complaint);
    void warn(Place at, Complaint complaint);

    // The value; or its complaint is an error at this place.
    template <typename T>
    std::optional<T> take(Place at, Read<T> read) {
        if (read.has_value()) return *std::move(read);
        error(at, std::move(read).error());
        return std::nullopt;
    }

    bool failed() const { return !errors_.empty(); }
    // While there are few errors, a costly search for what was meant is worth its time.
    bool is_short() const { return errors_.size() < 20; }

    // In the order of the file.
    std::vector<Diagnostic> errors() const;
    std::vector<Diagnostic> warnings() const;

private:
    std::string file_;
    std::vector<Diagnostic> errors_;
    std::vector<Diagnostic> warnings_;
};

// The user's word as it may be shown: cut behind `most` bytes, characters that are obeyed as '?', so that it can't
// disturb a terminal.
std::string shown(std::string_view word, std::size_t most = 80);
// The same in quotes.
std::string quoted(std::string_view word);

// What stands in a file so far, with its line: a second one is an error.
using Lines = std::map<std::string, std::size_t>;
// `what`: as people are told of it, with its name.
void once(std::string const& key, std::string_view what, Place at, Lines& lines, Report& report);

// The candidate that was probably meant; none if nothing is close.
std::optional<std::string> nearest(std::string_view word, std::vector<std::string> const& candidates);

// "a, b and c" with `last` = " and "; from `most` words on only the first ones and "…".
std::string listed(std::vector<std::string> const& words, std::string_view last, std::size_t most);

}  // namespace kindgate::policy
