// UTF-8 text, character by character, and which characters a terminal or a page obeys rather than shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kindgate {

struct Utf8Character {
    char32_t code = 0;
    std::size_t bytes = 1;
    bool valid = false;  // false: one byte that begins no character
};

// RFC 3629, 4: no overlong forms, no surrogates, nothing above U+10FFFF. The text isn't empty.
Utf8Character first_character(std::string_view text);

enum class Obeyed : std::uint8_t {
    nothing,
    control,    // C0, DEL and C1; line and paragraph separator
    direction,  // turns the direction of writing (Unicode, UAX #9, 2)
};
Obeyed obeyed(char32_t code);
// Of the first character that is not shown as it is; bytes that are no UTF-8 count as shown.
Obeyed obeyed(std::string_view text);

// How many characters; a byte that begins none counts as one.
std::size_t count_characters(std::string_view text);

}  // namespace kindgate
