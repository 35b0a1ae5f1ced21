// JSON text for what no message describes.
#pragma once

#include <string>
#include <string_view>

namespace kindgate {

// `text` (UTF-8) as a JSON string with its quotes. RFC 8259, 7.
std::string json_string(std::string_view text);

}  // namespace kindgate
