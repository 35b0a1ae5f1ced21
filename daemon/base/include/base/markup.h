// Text in HTML and SVG.
#pragma once

#include <string>
#include <string_view>

namespace kindgate {

// For text and for attributes in double quotes.
std::string escaped_markup(std::string_view text);

}  // namespace kindgate
