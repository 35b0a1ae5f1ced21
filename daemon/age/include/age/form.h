// application/x-www-form-urlencoded (WHATWG URL, 5), as browsers and wallets send it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kindgate::age {

using Form = std::vector<std::pair<std::string, std::string>>;

// None: a '%' that isn't followed by two hexadecimal digits.
std::optional<Form> read_form(std::string_view body);
// The value of the field that is there once; null: it isn't, or more than once.
std::string const* find(Form const& form, std::string_view name);

// For a value in a query or a form: all but letters, digits and "-._~" as %XX (RFC 3986, 2.3).
std::string percent_encoded(std::string_view text);

}  // namespace kindgate::age
