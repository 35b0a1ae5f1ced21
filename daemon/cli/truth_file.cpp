#include "truth_file.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "base/utf8.h"
#include "report/randomised_response.h"

namespace kindgate::cli {

namespace {

// Up to 999999.999, in thousandths: of 32 of them, times all households, the product is below 2^64.
std::optional<std::uint64_t> read_share(std::string_view text) {
    auto const point = std::min(text.find('.'), text.size());
    auto const whole = text.substr(0, point);
    std::string decimals{text.substr(std::min(text.size(), point + 1))};
    auto const digits = [](std::string_view part) {
        return std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
    };
    bool const has_form = !whole.empty() && whole.size() <= 6 && decimals.size() <= 3 && digits(whole) &&
                          digits(decimals) && (point == text.size() || !decimals.empty());
    if (!has_form) return std::nullopt;
    decimals.resize(3, '0');
    std::uint64_t value = 0;
    for (char const c : std::string{whole} + decimals) value = value * 10 + static_cast<std::uint64_t>(c - '0');
    return value;
}

std::string_view without_blanks(std::string_view text) {
    auto const first = std::min(text.find_first_not_of(" \t\r"), text.size());
    return text.substr(first, text.find_last_not_of(" \t\r") + 1 - first);
}

bool is_shown(std::string_view text) {
    while (!text.empty()) {
        auto const character = first_character(text);
        if (!character.valid || obeyed(character.code) != Obeyed::nothing) return false;
        text.remove_prefix(character.bytes);
    }
    return true;
}

struct Line {
    std::string name;
    std::string_view value;
};

// RFC 4180, 2, with two fields, the first of which may be in quotes.
std::optional<Line> read_line(std::string_view text) {
    Line line;
    std::size_t comma = text.find(',');
    if (text.starts_with('"')) {
        for (comma = 1; comma < text.size(); ++comma) {
            if (text[comma] == '"' && !text.substr(comma + 1).starts_with('"')) break;
            line.name += text[comma];
            comma += text[comma] == '"' ? 1 : 0;
        }
        comma = without_blanks(text.substr(std::min(comma + 1, text.size()))).starts_with(',') ? text.find(',', comma)
                                                                                               : std::string_view::npos;
    } else {
        line.name = without_blanks(text.substr(0, comma));
    }
    if (comma == std::string_view::npos || line.name.empty() || !is_shown(line.name)) return std::nullopt;
    line.value = without_blanks(text.substr(comma + 1));
    return line;
}

class Reader {
public:
    explicit Reader(std::string const& path) : path_(path) {}

    Result<Truth> read(std::string_view text) {
        while (!text.empty()) {
            ++number_;
            auto const end = std::min(text.find('\n'), text.size());
            auto const line = without_blanks(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
            if (!line.empty() && !line.starts_with('#')) KG_TRY(take(line));
        }
        auto const count = truth_.answers.size();
        if (count < report::min_answers || count > report::max_answers)
            return wrong(fmt::format("there are {} answers: write {} to {}, a line each", count, report::min_answers,
                                     report::max_answers));
        if (std::ranges::all_of(truth_.weights, [](std::uint64_t weight) { return weight == 0; }))
            return wrong("all shares are 0: write one that isn't");
        return std::move(truth_);
    }

private:
    Error wrong(std::string const& what) const {
        return {ErrorCode::invalid_input, fmt::format("{}:{}: {}", path_, std::max<std::size_t>(number_, 1), what)};
    }

    Result<void> take(std::string_view text) {
        auto const line = read_line(text);
        if (!line)
            return wrong(truth_.table.empty() ? "write the question's name and the word share first: screen-time,share"
                                              : "write an answer, a comma and its share: none,12.5");
        if (truth_.table.empty()) {
            if (line->value != "share")
                return wrong("write the question's name and the word share first: screen-time,share");
            truth_.table = line->name;
            return {};
        }
        auto const share = read_share(line->value);
        if (!share)
            return wrong(
                fmt::format("'{}' is no share: write a number up to 999999 with at most 3 decimals", line->value));
        if (std::ranges::find(truth_.answers, line->name) != truth_.answers.end())
            return wrong(fmt::format("the answer '{}' is there already: write each once", line->name));
        truth_.answers.push_back(line->name);
        truth_.weights.push_back(*share);
        return {};
    }

    std::string const& path_;
    std::size_t number_ = 0;
    Truth truth_;
};

}  // namespace

Result<Truth> read_truth(std::string_view text, std::string const& path) {
    return Reader{path}.read(text);
}

std::vector<std::uint64_t> shared_out(std::uint64_t households, std::vector<std::uint64_t> const& weights) {
    auto const all = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
    assert(all > 0);
    std::vector<std::uint64_t> shares;
    std::uint64_t weight = 0;
    std::uint64_t given = 0;
    for (auto const one : weights) {
        weight += one;
        shares.push_back(households * weight / all - given);
        given += shares.back();
    }
    return shares;
}

}  // namespace kindgate::cli
