// What this build says of itself.
#pragma once

#include <string_view>

#include "policy/model.h"

namespace kindgate::control {

std::string_view version();

// SOURCE_DATE_EPOCH, else when the build was configured: no correct clock shows an earlier time.
policy::Instant build_time();

}  // namespace kindgate::control
