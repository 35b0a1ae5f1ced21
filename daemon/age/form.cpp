#include "age/form.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/bytes.h"

namespace kindgate::age {

namespace {

std::optional<std::string> decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        auto const octet = text.size() - i > 2 ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
        if (!octet) return std::nullopt;
        out += text_of(*octet);
        i += 2;
    }
    return out;
}

}  // namespace

std::optional<Form> read_form(std::string_view body) {
    Form form;
    while (!body.empty()) {
        auto const field = body.substr(0, body.find('&'));
        body.remove_prefix(std::min(field.size() + 1, body.size()));
        auto const equals = std::min(field.find('='), field.size());
        auto name = decoded(field.substr(0, equals));
        auto value = decoded(field.substr(std::min(equals + 1, field.size())));
        if (!name || !value) return std::nullopt;
        form.emplace_back(*std::move(name), *std::move(value));
    }
    return form;
}

std::string const* find(Form const& form, std::string_view name) {
    std::string const* found = nullptr;
    for (auto const& [key, value] : form) {
        if (key != name) continue;
        if (found != nullptr) return nullptr;
        found = &value;
    }
    return found;
}

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (char const c : text) {
        bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '~';
        if (plain)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

}  // namespace kindgate::age
