#include "base/json_string.h"

#include <fmt/format.h>

#include "base/utf8.h"

namespace kindgate {

std::string json_string(std::string_view text) {
    std::string result = "\"";
    while (!text.empty()) {
        auto const character = first_character(text);
        if (!character.valid) {
            result += "\\ufffd";
        } else if (character.code == '"' || character.code == '\\') {
            result += {'\\', text.front()};
        } else if (character.code < 0x20) {
            result += fmt::format("\\u{:04x}", static_cast<unsigned>(character.code));
        } else {
            result += text.substr(0, character.bytes);
        }
        text.remove_prefix(character.bytes);
    }
    return result + '"';
}

}  // namespace kindgate
