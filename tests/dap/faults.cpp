#include "faults.h"

#include <charconv>
#include <sstream>
#include <string>

#include <fmt/format.h>

namespace kindgate::dap {

namespace {

constexpr std::string_view refuse_word = "refuse=";

std::optional<report::ReportError> refusal(std::string_view word) {
    if (word == "refuse") return report::ReportError::report_dropped;
    if (!word.starts_with(refuse_word)) return std::nullopt;
    word.remove_prefix(refuse_word.size());
    std::uint8_t code = 0;
    auto const read = std::from_chars(word.data(), word.data() + word.size(), code);
    if (read.ec != std::errc{} || read.ptr != word.data() + word.size()) return std::nullopt;
    return report::ReportError{code};
}

}  // namespace

Result<Faults> Faults::parse(std::string_view words) {
    Faults faults;
    std::istringstream in{std::string{words}};
    for (std::string word; in >> word;) {
        if (word == "slow")
            faults.slow = true;
        else if (word == "error")
            faults.error = true;
        else if (word == "garbage")
            faults.garbage = true;
        else if (word == "cut")
            faults.cut = true;
        else if (word == "wrong-key")
            faults.wrong_key = true;
        else if (word == "rotate")
            faults.rotate = true;
        else if (auto const code = refusal(word))
            faults.refuse = code;
        else
            return Error{ErrorCode::invalid_input,
                         fmt::format("'{}' is no fault: slow, error, garbage, cut, wrong-key, rotate, refuse or "
                                     "refuse=CODE",
                                     word)};
    }
    return faults;
}

}  // namespace kindgate::dap
