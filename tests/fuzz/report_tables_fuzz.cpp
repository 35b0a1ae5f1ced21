// Table definitions of any bytes either load or are told; never both, never neither. What loaded keeps what its header
// promises, and every household has an answer.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string_view>

#include "policy/tables_file.h"

namespace {

using namespace kindgate;

void require(bool holds, std::string_view what) {
    if (holds) return;
    std::fprintf(stderr, "report_tables: %.*s\n", static_cast<int>(what.size()), what.data());
    std::abort();
}

void check(report::Table const& table) {
    require(!table.question.empty() && table.sensitivity >= 1, "a table without a question or sensitivity");
    require(table.buckets.size() >= 2 && table.buckets.size() <= 32, "too few or many buckets");
    for (std::uint64_t const number : {std::uint64_t{0}, std::uint64_t{100}, ~std::uint64_t{0}}) {
        auto const bucket = report::bucket_of(table, {number, number, number, number, number, "0.1", "debian"});
        require(bucket < table.buckets.size(), "an answer that there isn't");
        if (report::is_counted(table.measure)) require(table.buckets[bucket].from <= number, "a wrong answer");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const loaded = policy::load_tables({reinterpret_cast<char const*>(data), size}, "fuzz.textproto");
    require(loaded.tables.has_value() == loaded.errors.empty(), "neither tables nor an error, or both");
    for (auto const& one : loaded.errors) {
        require(one.line >= 1 && one.column >= 1, "a place before the text");
        require(!one.what.empty() && !one.advice.empty(), "an error without a word or an advice");
        for (char const c : one.text())
            require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "a control character");
    }
    if (!loaded.tables) return 0;
    require(!loaded.tables->tables.empty() && loaded.tables->tables.size() <= 32, "too few or many tables");
    std::set<std::string_view> ids;
    for (auto const& table : loaded.tables->tables) {
        require(ids.insert(table.id).second, "an id twice");
        check(table);
    }
    return 0;
}
