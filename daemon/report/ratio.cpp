#include "report/ratio.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace kindgate::report {

Result<Ratio> Ratio::create(std::uint64_t numerator, std::uint64_t denominator) {
    if (denominator == 0) return Error{ErrorCode::invalid_input, "a fraction has no denominator: write one from 1"};
    auto const common = std::gcd(numerator, denominator);
    if (std::max(numerator, denominator) / common > max_term)
        return Error{ErrorCode::invalid_input,
                     fmt::format("{}/{} is no fraction of small numbers: they may be up to 2^48 in lowest terms",
                                 numerator, denominator)};
    return Ratio{numerator / common, denominator / common};
}

Result<Epsilon> Epsilon::create(std::uint64_t thousandths) {
    if (thousandths == 0 || thousandths > max_thousandths)
        return Error{ErrorCode::invalid_input,
                     fmt::format("{} thousandths are no ε: 1 to {} are", thousandths, max_thousandths)};
    return Epsilon{static_cast<std::uint32_t>(thousandths)};
}

namespace {

bool all_digits(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::uint64_t number(std::string_view digits) {
    std::uint64_t value = 0;
    for (char const c : digits) value = value * 10 + static_cast<std::uint64_t>(c - '0');
    return value;
}

}  // namespace

Result<Epsilon> Epsilon::parse(std::string_view text) {
    auto const point = std::min(text.find('.'), text.size());
    auto const whole = text.substr(0, point);
    auto const decimals = text.substr(std::min(text.size(), point + 1));
    bool const has_form = !whole.empty() && whole.size() <= 4 && all_digits(whole) && decimals.size() <= 3 &&
                          all_digits(decimals) && (point == text.size() || !decimals.empty());
    if (has_form) {
        auto fraction = std::string{decimals};
        fraction.resize(3, '0');
        if (auto epsilon = create(number(whole) * 1000 + number(fraction)); epsilon.ok()) return epsilon;
    }
    return Error{ErrorCode::invalid_input,
                 fmt::format("'{}' is no ε: write a number from 0.001 to 20 with at most 3 decimals, like \"0.5\"",
                             text.substr(0, 40))};
}

Ratio Epsilon::ratio() const {
    return *Ratio::create(thousandths_, 1000);  // small enough
}

std::string thousandths_text(std::uint64_t thousandths) {
    auto text = fmt::format("{}.{:03}", thousandths / 1000, thousandths % 1000);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

std::string Epsilon::text() const {
    return thousandths_text(thousandths_);
}

}  // namespace kindgate::report
