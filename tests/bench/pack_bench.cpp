// What packs cost: pack_bench NAMES [LOOKUPS [FILE…]] prints one line of JSON. The names are those of the files, lists
// of plain names and each a category, else as many generated ones in eight categories; the look-ups are of listed
// names, of names in no list, and LOOKUPS more of the latter that are only counted.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/whole_file.h"
#include "content/list.h"
#include "content/pack.h"

namespace {

using namespace kindgate;  // NOLINT(google-build-using-namespace)
using Steady = std::chrono::steady_clock;

constexpr std::size_t largest_file = 1U << 30U;

// Of this process: what it would take on a machine of its own.
double cpu_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double seconds(Steady::duration length) {
    return std::chrono::duration<double>(length).count();
}

// Like real lists: two or three labels, about 18 characters, most under a few top-level domains.
std::string made_up_name(std::mt19937_64& random, std::uint64_t number) {
    static constexpr char const* ends[] = {"com", "com", "com", "net", "org", "de", "xyz", "co.uk"};
    std::string name = random() % 3 == 0 ? "www." : "";
    for (auto letters = 3 + random() % 8; letters > 0; --letters) name += static_cast<char>('a' + random() % 26);
    return fmt::format("{}{:x}.{}", name, number, ends[random() % 8]);
}

std::vector<std::string> lists_of(std::uint64_t count) {
    std::vector<std::string> lists(8);
    std::mt19937_64 random{1};
    for (std::uint64_t i = 0; i < count; ++i) (lists[random() % lists.size()] += made_up_name(random, i)) += '\n';
    return lists;
}

template <typename Value>
Value need(Result<Value> result) {
    if (result.ok()) return std::move(result).value();
    std::fprintf(stderr, "pack_bench: %s\n", result.error().message().c_str());
    std::exit(1);
}

std::vector<std::byte> build(std::vector<std::string> const& lists) {
    content::PackBuilder builder;
    for (std::size_t i = 0; i < lists.size(); ++i) {
        auto const category = *builder.category(fmt::format("category-{}", i));
        builder.expect(lists[i].size());
        content::read_list(lists[i], content::ListFormat::plain,
                           [&](content::Rule const& rule) { builder.add(category, rule); });
    }
    return need(std::move(builder).build({}));
}

// Nanoseconds of this process a look-up; how many were found is added.
double look_up(content::Pack const& pack, std::vector<std::string> const& names, std::uint64_t& found) {
    auto const start = cpu_seconds();
    for (auto const& name : names) found += pack.look_up(name).categories != 0 ? 1 : 0;
    return (cpu_seconds() - start) / static_cast<double>(names.size()) * 1e9;
}

std::vector<std::string> some_of(std::vector<std::string> const& lists, std::size_t count) {
    std::vector<std::string> names;
    for (auto const& list : lists)
        content::read_list(list, content::ListFormat::plain, [&](content::Rule const& rule) {
            if (rule.action == content::RuleAction::block) names.emplace_back(rule.domain);
        });
    std::shuffle(names.begin(), names.end(), std::mt19937_64{2});
    names.resize(std::min(names.size(), count));
    return names;
}

std::uint64_t false_matches(content::Pack const& pack, std::uint64_t lookups) {
    std::uint64_t found = 0;
    for (std::uint64_t i = 0; i < lookups; ++i) {
        // Eight labels; those deeper than the pack's longest name are not probed.
        auto const name = fmt::format("{:x}.b.c.d.{:x}.f.n{:x}.invalid", i, i % 977, i * 0x9e3779b97f4a7c15U);
        found += pack.look_up(name).categories != 0 ? 1 : 0;
    }
    return found;
}

}  // namespace

int main(int count, char** words) {
    std::uint64_t const names = count > 1 ? std::strtoull(words[1], nullptr, 10) : 1'000'000;
    std::uint64_t const lookups = count > 2 ? std::strtoull(words[2], nullptr, 10) : 0;
    std::vector<std::string> files;
    for (int i = 3; i < count; ++i) files.push_back(need(read_file(words[i], largest_file)));
    auto const lists = files.empty() ? lists_of(names) : std::move(files);
    auto const start = Steady::now();
    auto const cpu_start = cpu_seconds();
    auto const bytes = build(lists);
    auto const build_cpu = cpu_seconds() - cpu_start;
    auto const built = Steady::now();
    auto const pack = content::Pack::open(bytes, {.now = {}});
    auto const opened = Steady::now();
    if (!pack.ok()) return 1;
    auto const listed = some_of(lists, 200'000);
    std::vector<std::string> others;
    std::mt19937_64 random{3};
    for (std::uint64_t i = 0; i < listed.size(); ++i)
        others.push_back(fmt::format("x{}", made_up_name(random, i + (1ULL << 40))));
    std::uint64_t found_listed = 0;
    std::uint64_t found_others = 0;
    auto const listed_ns = look_up(*pack, listed, found_listed);
    auto const others_ns = look_up(*pack, others, found_others);
    fmt::print(
        R"({{"names":{},"bytes":{},"build":{:.3f},"build_cpu":{:.3f},"open":{:.5f},"listed_ns":{:.1f},"others_ns":{:.1f},)"
        R"("missed":{},"false_matches":{}}})"
        "\n",
        pack->info().names, bytes.size(), seconds(built - start), build_cpu, seconds(opened - built), listed_ns,
        others_ns, listed.size() - found_listed, found_others + false_matches(*pack, lookups));
    return 0;
}
