#include "api_target.h"

#include <algorithm>

#include <fmt/format.h>

namespace kindgate::control {

namespace {

Error wrong(std::string message) {
    return {ErrorCode::invalid_input, std::move(message)};
}

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

Result<std::string> decode(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            auto const high = text.size() - i > 2 ? hex_digit(text[i + 1]) : std::nullopt;
            auto const low = text.size() - i > 2 ? hex_digit(text[i + 2]) : std::nullopt;
            if (!high || !low) return wrong(fmt::format("'{}': write a '%' as %25", text));
            c = static_cast<char>(*high << 4 | *low);
            i += 2;
        }
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return wrong("a control character in the path or query");
        decoded += c;
    }
    return decoded;
}

// Calls `each` with the parts between separators; an empty text has none.
template <typename Each>
Result<void> split(std::string_view text, char separator, Each each) {
    while (!text.empty()) {
        auto const end = std::min(text.find(separator), text.size());
        KG_TRY(each(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return {};
}

}  // namespace

Result<ApiTarget> ApiTarget::parse(std::string_view text) {
    if (!text.starts_with('/')) return wrong(fmt::format("'{}' is not a path: it has to begin with '/'", text));
    ApiTarget target;
    auto const question = std::min(text.find('?'), text.size());
    KG_TRY(split(text.substr(1, question - 1), '/', [&](std::string_view part) -> Result<void> {
        target.segments.push_back(KG_TRY(decode(part)));
        return {};
    }));
    if (question == text.size()) return target;
    KG_TRY(split(text.substr(question + 1), '&', [&](std::string_view part) -> Result<void> {
        auto const equals = std::min(part.find('='), part.size());
        auto name = KG_TRY(decode(part.substr(0, equals)));
        auto value = KG_TRY(decode(part.substr(std::min(equals + 1, part.size()))));
        if (std::ranges::any_of(target.query, [&](auto const& field) { return field.first == name; }))
            return wrong(fmt::format("'{}' is given twice", name));
        target.query.emplace_back(std::move(name), std::move(value));
        return {};
    }));
    return target;
}

std::string_view ApiTarget::field(std::string_view name) const {
    for (auto const& [key, value] : query)
        if (key == name) return value;
    return {};
}

std::string ApiTarget::path() const {
    return fmt::format("/{}", fmt::join(segments, "/"));
}

Result<std::string> parse_if_match(std::string_view text) {
    if (text == "*") return std::string{text};
    auto const tag = text.size() >= 2 && text.front() == '"' && text.back() == '"' ? text.substr(1, text.size() - 2)
                                                                                   : std::string_view{};
    if (tag.empty() || tag.find('"') != std::string_view::npos)
        return wrong(fmt::format("If-Match '{}': send the one ETag of GET /v1/policy with its quotes, or *", text));
    return std::string{tag};
}

}  // namespace kindgate::control
