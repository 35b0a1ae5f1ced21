#include "dhcp_names.h"

#include <array>

namespace kindgate::control {

namespace {

constexpr std::size_t longest_name = 63;  // RFC 1035, 2.3.4

bool allowed(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
}

std::string_view next(std::string_view& text, char separator) {
    auto const end = text.find(separator);
    auto const part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return part;
}

}  // namespace

std::string host_name_of(std::string_view said) {
    std::string name;
    for (auto const c : said)
        if (allowed(c) && name.size() < longest_name) name.push_back(c);
    return name;
}

std::unordered_map<Mac, std::string> parse_dhcp_leases(std::string_view text) {
    std::unordered_map<Mac, std::string> names;
    while (!text.empty()) {
        auto line = next(text, '\n');
        std::array<std::string_view, 4> field;
        for (auto& one : field) one = next(line, ' ');
        auto const mac = Mac::parse(field[1]);
        auto name = host_name_of(field[3]);  // "*" has no letter left
        if (mac.ok() && !name.empty()) names[*mac] = std::move(name);
    }
    return names;
}

}  // namespace kindgate::control
