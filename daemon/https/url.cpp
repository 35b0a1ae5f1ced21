#include <algorithm>

#include <fmt/format.h>

#include "https/exchange.h"

namespace kindgate::https {

Result<Url> parse_url(std::string_view text) {
    static constexpr std::string_view scheme = "https://";
    auto const wrong = [&](std::string_view what) {
        return Error{ErrorCode::invalid_input,
                     fmt::format("'{}' {}: write one like https://example.org/list.txt", text, what)};
    };
    if (!text.starts_with(scheme)) return wrong("is no https address");
    if (std::ranges::any_of(text, [](char c) { return c <= ' ' || static_cast<unsigned char>(c) >= 0x7f; }))
        return wrong("has a character that no address has");
    auto rest = text.substr(scheme.size());
    Url url;
    auto const authority = rest.substr(0, rest.find_first_of("/?#"));
    rest.remove_prefix(authority.size());
    rest = rest.substr(0, rest.find('#'));
    if (!rest.empty()) url.target = rest.starts_with('/') ? std::string{rest} : fmt::format("/{}", rest);
    url.host = authority.substr(0, authority.rfind(':'));
    if (auto const colon = authority.rfind(':'); colon != std::string_view::npos)
        url.port = authority.substr(colon + 1);
    bool const digits = !url.port.empty() && url.port.size() <= 5 &&
                        std::ranges::all_of(url.port, [](char c) { return c >= '0' && c <= '9'; });
    auto const name = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    };
    if (url.host.empty() || !digits || !std::ranges::all_of(url.host, name)) return wrong("has no host's name");
    return url;
}

}  // namespace kindgate::https
