// Packs held against the oracle: random lists with every kind of rule, and real ones.
#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "oracle.h"
#include "pack_help.h"
#include "test.h"

namespace {

using namespace kindgate;
using content::RuleAction;
using content::RuleRank;
using content::RuleScope;

// Few labels, so that names stand below each other all the time.
class RandomLists {
public:
    explicit RandomLists(std::uint64_t seed) : random_(seed) {}

    std::string name() {
        static constexpr std::array<std::string_view, 6> labels{"a", "b", "a-b", "ab", "xn", "example"};
        std::string name{pick(2) == 0 ? "test" : "com"};
        for (auto more = pick(5); more > 0; --more) name.insert(0, std::string{labels[pick(labels.size())]} + ".");
        return name;
    }
    content::Rule rule(std::string_view domain) {
        static constexpr std::array ranks{RuleRank::wide_block,     RuleRank::wide_exception, RuleRank::block,
                                          RuleRank::near_allow,     RuleRank::allow,          RuleRank::important_block,
                                          RuleRank::important_allow};
        auto const rank = ranks[pick(ranks.size())];
        bool const blocks =
            rank == RuleRank::block || rank == RuleRank::wide_block || rank == RuleRank::important_block;
        return {1,    blocks ? RuleAction::block : RuleAction::allow, domain, static_cast<RuleScope>(pick(3)), rank, {},
                false};
    }
    std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>{0, below - 1}(random_); }

private:
    std::mt19937_64 random_;
};

void check_random(std::uint64_t seed) {
    RandomLists lists{seed};
    constexpr std::array<std::string_view, 3> categories{"a", "b", "c"};
    content::PackBuilder builder;
    std::array<test::ListOracle, 3> oracles;
    for (auto count = 1 + lists.pick(60); count > 0; --count) {
        auto const which = lists.pick(3);
        auto const domain = lists.name();
        auto const rule = lists.rule(domain);
        builder.add(test::value(builder.category(categories[which])), rule);
        oracles[which].add(rule);
    }
    auto const bytes = std::move(builder).build({});
    if (!bytes.ok()) return;  // nothing in it blocks
    auto const pack = test::opened(*bytes);
    for (int i = 0; i < 300; ++i) {
        auto const name = lists.name();
        auto const found = pack.names_of(pack.look_up(name).categories);
        for (std::size_t which = 0; which < categories.size(); ++which)
            test::equal(std::ranges::find(found, categories[which]) != found.end(), oracles[which].blocks(name),
                        fmt::format("KINDGATE_SEED={}: {} in {}", seed, name, categories[which]));
    }
}

constexpr std::array<std::string_view, 18> ut1{"audio-video",     "chat",   "child",
                                               "cryptojacking",   "dating", "doh",
                                               "download",        "drogue", "educational_games",
                                               "gambling",        "games",  "liste_bu",
                                               "manga",           "press",  "shopping",
                                               "social_networks", "sports", "vpn"};

struct Ut1 {
    test::Bytes bytes;
    std::map<std::string, std::set<std::string_view>, std::less<>> exact;  // what each listed name is in
};

Ut1 ut1_pack() {
    Ut1 ut1_lists;
    content::PackBuilder builder;
    for (auto const category : ut1) {
        auto const text = test::data_text(fmt::format("lists/ut1/{}.domains", category));
        auto const number = test::value(builder.category(category));
        content::read_list(text, content::ListFormat::plain, [&](content::Rule const& rule) {
            builder.add(number, rule);
            if (rule.action == RuleAction::block) ut1_lists.exact[std::string{rule.domain}].insert(category);
        });
    }
    ut1_lists.bytes = test::value(std::move(builder).build({}));
    return ut1_lists;
}

// By the exact set: what the name is in, and what it stands below of.
std::set<std::string_view> expected(Ut1 const& lists, std::string_view name) {
    std::set<std::string_view> all;
    for (auto rest = name;; rest.remove_prefix(rest.find('.') + 1)) {
        if (auto const found = lists.exact.find(rest); found != lists.exact.end())
            all.insert(found->second.begin(), found->second.end());
        if (rest.find('.') == std::string_view::npos) return all;
    }
}

void check_against_set(content::Pack const& pack, Ut1 const& lists, std::string_view name) {
    auto const found = pack.names_of(pack.look_up(name).categories);
    auto const wanted = expected(lists, name);
    if (!std::ranges::equal(found, wanted))
        test::fail(fmt::format("{}: got {}, expected {}", name, fmt::join(found, " "), fmt::join(wanted, " ")));
}

constexpr test::Test tests[] = {
    {"random lists with every scope and rank say in a pack what they say rule by rule",
     [] {
         auto const first = test::first_seed("random lists");
         for (auto seed = first; seed < first + test::cases(400); ++seed) check_random(seed);
     }},
    {"every name of the UT1 lists is found with exactly its categories, and so are names near them",
     [] {
         auto const lists = ut1_pack();
         auto const pack = test::opened(lists.bytes);
         int count = 0;
         for (auto const& [name, categories] : lists.exact) {
             check_against_set(pack, lists, name);
             if (++count % 8 != 0) continue;
             check_against_set(pack, lists, "www." + name);
             check_against_set(pack, lists, "x" + name);
             check_against_set(pack, lists, std::string_view{name}.substr(name.find('.') + 1));
         }
     }},
    {"names that are in no UT1 list are not found",  // a hundred million of them: tests/bench/run --only pack
     [] {
         auto const lists = ut1_pack();
         auto const pack = test::opened(lists.bytes);
         auto const first = test::first_seed("names in no list");
         for (auto number = first; number < first + test::cases(100'000); ++number)
             test::equal(pack.look_up(fmt::format("n{:x}.l{}.example.invalid", number, number % 7)).categories, 0U,
                         fmt::format("KINDGATE_SEED={}", number));
     }},
};

}  // namespace

int main() {
    return test::run("content/pack_property", tests);
}
