// Packs made of a few lines, for tests.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "content/pack.h"
#include "test.h"

namespace kindgate::test {

using Bytes = std::vector<std::byte>;

inline std::chrono::sys_seconds day(int days) {
    return std::chrono::sys_seconds{std::chrono::days{days}};
}

struct ListText {
    std::string_view category;
    std::string_view text;
    content::ListFormat format = content::ListFormat::automatic;
};

inline content::PackBuilder gathered(std::vector<ListText> const& lists) {
    content::PackBuilder builder;
    for (auto const& list : lists) {
        auto const category = value(builder.category(list.category));
        content::read_list(list.text, list.format, [&](content::Rule const& rule) { builder.add(category, rule); });
    }
    return builder;
}

inline Bytes packed(std::vector<ListText> const& lists, content::PackFacts const& facts = {}) {
    return value(gathered(lists).build(facts));
}

inline content::Pack opened(Bytes const& bytes) {
    return value(content::Pack::open(bytes, {.now = day(1)}));
}

// "games social by example.com", "" if it is in no list.
inline std::string said(content::Pack const& pack, std::string_view name) {
    auto const match = pack.look_up(name);
    if (match.categories == 0) return "";
    return fmt::format("{} by {}", fmt::join(pack.names_of(match.categories), " "), name.substr(match.matched));
}

}  // namespace kindgate::test
