// Texts of policies and what the loader tells of them, for its tests.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "policy/load.h"
#include "test.h"

namespace kindgate::policy {

// "4:3: what: advice", a line each.
inline std::string told(std::vector<Diagnostic> const& diagnostics) {
    std::string text;
    for (auto const& one : diagnostics)
        text += fmt::format("{}:{}: {}: {}\n", one.line, one.column, one.what, one.advice);
    return text.empty() ? text : text.substr(0, text.size() - 1);
}

inline void refused(std::string const& text, std::string_view errors) {
    auto const loaded = load(text, "home.textproto");
    test::equal(told(loaded.errors), errors, text);
    test::check(loaded.policy == nullptr, "a policy beside errors");
}

inline Loaded accepted(std::string const& text) {
    auto loaded = load(text, "home.textproto");
    test::equal(told(loaded.errors), "", text);
    test::check(loaded.policy != nullptr, "neither policy nor error");
    return loaded;
}

// `said` stands in line 3 from column 1, outside the profile or inside.
inline std::string beside(std::string_view said) {
    return fmt::format("time_zone: \"UTC\"\nprofiles {{ id: \"a\" }}\n{}", said);
}
inline std::string within(std::string_view said) {
    return fmt::format("time_zone: \"UTC\"\nprofiles {{ id: \"a\"\n{}\n}}", said);
}
inline std::string in_window(std::string_view said) {
    return within(fmt::format("windows {{ {} }}", said));  // `said` from column 11
}
inline std::string in_exception(std::string_view said) {
    return within(fmt::format("exceptions {{ {} }}", said));  // from column 14
}
inline std::string in_content(std::string_view said) {
    return within(fmt::format("content {{ {} }}", said));  // from column 11
}

struct Case {
    std::string text;
    std::string errors;
};

inline void refused(std::initializer_list<Case> cases) {
    for (auto const& c : cases) refused(c.text, c.errors);
}

inline std::string many(std::string_view what, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += std::string{what} + "\n";
    return text;
}

}  // namespace kindgate::policy
