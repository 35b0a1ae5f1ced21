// A request target of any bytes is refused with a sentence or read into parts without control characters; written down
// again, percent-encoded, it is read into the same parts.
#include "api_target.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

namespace {

using kindgate::control::ApiTarget;

void require(bool holds, char const* what) {
    if (holds) return;
    std::fprintf(stderr, "api_target: %s\n", what);
    std::abort();
}

std::string encode(std::string const& text) {
    std::string encoded;
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        require(byte >= 0x20 && byte != 0x7f, "a control character");
        encoded += fmt::format("%{:02x}", byte);
    }
    return encoded;
}

std::string encode(ApiTarget const& target) {
    std::string text;
    for (auto const& segment : target.segments) text += "/" + encode(segment);
    // An empty last segment is read only if a slash follows it.
    text += "/?";
    for (auto const& [name, value] : target.query) text += encode(name) + "=" + encode(value) + "&";
    return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const target = ApiTarget::parse(text);
    if (target.ok()) {
        auto const again = ApiTarget::parse(encode(*target));
        require(again.ok() && *again == *target, "written down and read again it is another");
    } else {
        require(!target.error().message().empty(), "an error without a word");
    }
    if (auto const tag = kindgate::control::parse_if_match(text); tag.ok())
        require(*tag == "*" || fmt::format("\"{}\"", *tag) == text, "another tag");
    return 0;
}
