// JSON of others and its members: nothing throws, and what is of another kind isn't there. Read without recursion, so
// nesting costs no stack.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace kindgate {

using Json = nlohmann::json;

// Null where the text is none.
inline Json read_json(std::string_view text) {
    auto read = Json::parse(text, nullptr, false);
    return read.is_discarded() ? Json{} : read;
}

inline Json const& member(Json const& of, std::string const& name) {
    static Json const nothing;
    auto const found = of.is_object() ? of.find(name) : of.end();
    return found == of.end() ? nothing : *found;
}

inline std::optional<std::string> text_member(Json const& of, std::string const& name) {
    auto const* const text = member(of, name).get_ptr<std::string const*>();
    return text == nullptr ? std::nullopt : std::optional{*text};
}

inline std::optional<std::uint64_t> number_member(Json const& of, std::string const& name) {
    auto const* const number = member(of, name).get_ptr<std::uint64_t const*>();
    return number == nullptr ? std::nullopt : std::optional{*number};
}

// On one line. What is no UTF-8 in it becomes a replacement sign.
inline std::string json_text(Json const& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace kindgate
