#include "base/http_message.h"

#include <algorithm>

namespace kindgate {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string_view field(HttpFields const& fields, std::string_view name) {
    auto const found = std::ranges::find_if(
        fields, [&](auto const& one) { return std::ranges::equal(one.first, name, {}, lower, lower); });
    return found == fields.end() ? std::string_view{} : found->second;
}

bool is_token(std::string_view text) {
    static constexpr std::string_view signs = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || signs.contains(c);
    });
}

bool is_field_value(std::string_view text) {
    static constexpr std::string_view blanks = " \t";
    return text.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos &&
           (text.empty() || (!blanks.contains(text.front()) && !blanks.contains(text.back())));
}

}  // namespace kindgate
