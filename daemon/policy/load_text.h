// From a policy file's text to the schema's message with the place of each field.
#pragma once

#include <optional>
#include <string_view>

#include "kindgate/v1/policy.pb.h"
#include "load_places.h"
#include "load_report.h"

namespace kindgate::policy {

inline constexpr std::size_t most_text = std::size_t{4} << 20U;  // bytes: what a 1,000 times larger school might write

struct Parsed {
    v1::Policy policy;
    Places places;
};

// None, and one error in the report, if the text is not the text format of a policy.
std::optional<Parsed> parse_text(std::string_view text, Report& report);

}  // namespace kindgate::policy
