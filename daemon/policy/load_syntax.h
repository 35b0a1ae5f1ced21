// What the text format's parser says, in words for people who write a policy.
#pragma once

#include <string>
#include <string_view>

#include "load_report.h"

namespace kindgate::policy {

struct SyntaxError {
    Place at;
    Complaint complaint;
};

// `line`, `column` and `message` as protobuf tells them. What isn't known here is passed on as it is.
SyntaxError explain_syntax(std::string_view text, int line, int column, std::string_view message);

}  // namespace kindgate::policy
