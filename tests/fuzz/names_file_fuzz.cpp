// A text of safe search or helplines of any bytes either loads or is told; never both, never neither. What loaded keeps
// what its header promises.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "policy/names_file.h"

namespace {

using namespace kindgate::policy;

void require(bool holds, std::string_view what) {
    if (holds) return;
    std::fprintf(stderr, "names_file: %.*s\n", static_cast<int>(what.size()), what.data());
    std::abort();
}

void check(std::vector<Diagnostic> const& errors, bool loaded) {
    require(loaded == errors.empty(), "neither a value nor an error, or both");
    for (auto const& one : errors) {
        require(one.line >= 1 && one.column >= 1, "a place before the text");
        require(!one.what.empty() && !one.advice.empty(), "an error without a word or an advice");
        for (char const c : one.text())
            require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "a control character");
    }
}

void check(kindgate::content::dns::Name const& name) {
    require(!name.root(), "the root as a name");
    require(name == name.folded(), "a name that isn't folded");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const engines = load_safe_search(text, "fuzz.textproto");
    check(engines.errors, engines.safe_search.has_value());
    if (engines.safe_search) {
        for (auto const& engine : engines.safe_search->engines) {
            require(!engine.name.empty() && !engine.domains.empty(), "an engine without name or domains");
            require(engine.target.has_value() == engine.addresses.empty(), "not one answer");
            if (engine.target) check(*engine.target);
            for (auto const& domain : engine.domains) check(domain.name);
        }
    }
    auto const helplines = load_helplines(text, "fuzz.textproto");
    check(helplines.errors, helplines.helplines.has_value());
    if (helplines.helplines) {
        for (auto const& helpline : helplines.helplines->helplines) {
            require(helpline.country.size() == 2 && !helpline.name.empty(), "a helpline without country or name");
            require(!helpline.telephone.empty() || !helpline.domains.empty(), "a helpline that nobody can reach");
            for (auto const& domain : helpline.domains) check(domain);
        }
        for (auto const& server : helplines.helplines->time_servers) check(server);
    }
    return 0;
}
