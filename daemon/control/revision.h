// The name of a policy revision.
#pragma once

#include <string>
#include <string_view>

namespace kindgate::control {

// The first 16 hex digits of the text's SHA-256. Nothing secret depends on it.
std::string revision_of(std::string_view text);

}  // namespace kindgate::control
