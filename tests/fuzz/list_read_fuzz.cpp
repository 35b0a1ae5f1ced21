// A list of any bytes, in any format: each line says at least one thing, names are names as DNS carries them, and what
// was read makes a pack that finds them.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "content/pack.h"

namespace {

using namespace kindgate::content;  // NOLINT(google-build-using-namespace)

void require(bool holds, std::string_view what) {
    if (holds) return;
    std::fprintf(stderr, "list_read: %.*s\n", static_cast<int>(what.size()), what.data());
    std::abort();
}

void check(Rule const& rule) {
    require(rule.line >= 1, "a line before the first");
    require((rule.action == RuleAction::skip) == (rule.reason != "" && rule.reason != "from $denyallow"),
            "skipped without a reason");
    require(rule.action == RuleAction::skip || !rule.domain.empty(), "a rule about nothing");
    require(rule.domain.size() <= 253 && !rule.domain.ends_with('.'), "a name that is none");
    for (char const c : rule.domain)
        require((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.',
                "a character that no name has");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size == 0) return 0;
    auto const format = static_cast<ListFormat>(data[0] % 7);
    std::string_view const text{reinterpret_cast<char const*>(data) + 1, size - 1};
    PackBuilder builder;
    auto const category = builder.category("fuzz");
    std::size_t lines = 0;
    auto const summary = read_list(text, format, [&](Rule const& rule) {
        check(rule);
        require(rule.line == lines || rule.line == lines + 1, "a line that says nothing");
        lines = rule.line;
        builder.add(*category, rule);
    });
    require(summary.lines == lines, "the last line says nothing");
    static_cast<void>(not_a_list(text));
    auto const bytes = std::move(builder).build({});
    require(!bytes.ok() || Pack::open(*bytes, {.now = {}}).ok(), "a pack that can't be opened");
    return 0;
}
