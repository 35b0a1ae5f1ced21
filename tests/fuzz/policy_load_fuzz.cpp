// A policy text of any bytes either loads or is told in lines that a terminal and JSON can show; never both, never
// neither.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "policy/load.h"

namespace {

void require(bool holds, std::string_view what) {
    if (holds) return;
    std::fprintf(stderr, "policy_load: %.*s\n", static_cast<int>(what.size()), what.data());
    std::abort();
}

void check(std::vector<kindgate::policy::Diagnostic> const& diagnostics) {
    for (auto const& one : diagnostics) {
        require(one.line >= 1 && one.column >= 1, "a place before the text");
        require(!one.what.empty() && !one.advice.empty(), "an error without a word or an advice");
        for (char const c : one.text())
            require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "a control character");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const loaded = kindgate::policy::load({reinterpret_cast<char const*>(data), size}, "fuzz.textproto");
    require((loaded.policy != nullptr) == loaded.errors.empty(), "neither a policy nor an error, or both");
    check(loaded.errors);
    check(loaded.warnings);
    return 0;
}
