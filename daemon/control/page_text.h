// The page as HTML. Pure.
#pragma once

#include <string>

#include "control/service.h"

namespace kindgate::control {

// Without scripts, pictures or anything from elsewhere: it must work where nothing else does.
std::string page_html(PageFacts const& facts);

}  // namespace kindgate::control
