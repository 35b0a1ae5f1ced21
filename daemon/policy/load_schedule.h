// Windows and exceptions: from what the file says to the model, with the sentence that tells people why.
#pragma once

#include <optional>
#include <vector>

#include "kindgate/v1/policy.pb.h"
#include "load_places.h"
#include "load_report.h"
#include "policy/model.h"

namespace kindgate::policy {

// At most so many windows, exceptions, and windows of one exception are taken.
inline constexpr int most_windows = 256;

// "off", "learning only", "open".
std::string_view in_words(Mode mode);

// None if the file doesn't say. A number that is no mode is an error.
std::optional<Mode> read_mode(int said, Place at, Report& report);

// The windows and exceptions of a profile. What is wrong is reported and left out: the policy is refused anyway.
std::vector<Window> read_windows(v1::Profile const& profile, Places const& places, Report& report);
std::vector<Exception> read_exceptions(v1::Profile const& profile, Places const& places, Report& report);

}  // namespace kindgate::policy
