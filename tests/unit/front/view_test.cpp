#include "front/view.h"

#include "dns_build.h"

using namespace kindgate;
using front::RuleKind;
using front::Scope;
using front::Verdict;

namespace {

front::NamedRule rule(std::string_view name, RuleKind kind, Scope scope = Scope::suffix,
                      std::uint16_t profile = front::NameRule::all_profiles) {
    return {test::dns_name(name), {kind, scope, profile, 0}};
}

front::View view_of(front::Profile profile, std::vector<front::NamedRule> const& rules) {
    front::View view;
    view.profiles = {{}, std::move(profile)};
    view.profile_of = {0, 1};
    view.reasons.resize(1);
    view.rewrites.resize(1);
    view.names = front::NameTable{rules};
    view.categories = [](content::dns::Name const& name) {
        if (name == test::dns_name("games.example")) return front::CategorySet{4, 6};
        if (name == test::dns_name("school.example")) return front::CategorySet{9};
        return front::CategorySet{};
    };
    return view;
}

constexpr test::Test tests[] = {
    {"a name is found by itself, by what is above it, or by neither, as its rule says",
     [] {
         std::array const rules{
             rule("suffix.example", RuleKind::block), rule("exact.example", RuleKind::block, Scope::exact),
             rule("below.example", RuleKind::block, Scope::subdomains), rule("tld", RuleKind::block)};
         front::NameTable const table{rules};
         struct Case {
             std::string_view name;
             bool found;
         };
         for (auto const& c :
              {Case{"suffix.example", true}, Case{"a.b.suffix.example", true}, Case{"xsuffix.example", false},
               Case{"exact.example", true}, Case{"a.exact.example", false}, Case{"below.example", false},
               Case{"a.below.example", true}, Case{"example", false}, Case{"tld", true}, Case{"a.tld", true},
               Case{".", false}, Case{"other", false}}) {
             bool found = false;
             table.find(test::dns_name(c.name), [&](front::NameRule const&) { found = true; });
             test::equal(found, c.found, c.name);
         }
     }},
    {"thousands of names are found, and no others",
     [] {
         std::vector<front::NamedRule> rules;
         for (int i = 0; i < 5000; ++i) rules.push_back(rule("n" + std::to_string(i) + ".example", RuleKind::block));
         front::NameTable const table{rules};
         std::size_t found = 0;
         for (int i = 0; i < 10000; ++i)
             table.find(test::dns_name("www.n" + std::to_string(i) + ".example"),
                        [&](front::NameRule const&) { ++found; });
         test::equal(found, 5000U, "found");
     }},
    {"the order of decisions: reachable, mode, allow, block, categories, rewriting",
     [] {
         using enum Verdict::Kind;
         front::Profile open;
         open.refused = {4};
         open.limited = {6};
         open.learning = {9};
         auto learning = open;
         learning.mode = front::Mode::learning;
         auto closed = open;
         closed.mode = front::Mode::off;
         std::vector const rules{rule("help.example", RuleKind::always_reachable),
                                 rule("help.example", RuleKind::block),
                                 rule("ok.example", RuleKind::allow),
                                 rule("no.ok.example", RuleKind::block),
                                 rule("no.example", RuleKind::block),
                                 rule("learn.example", RuleKind::learning),
                                 rule("search.example", RuleKind::rewrite),
                                 rule("mask.example", RuleKind::bypass),
                                 rule("mine.example", RuleKind::block, Scope::suffix, 1),
                                 rule("other.example", RuleKind::block, Scope::suffix, 0)};
         struct Case {
             front::Profile const& profile;
             std::string_view name;
             Verdict::Kind kind;
             front::CategoryId category;
         };
         for (auto const& c :
              {Case{open, "help.example", pass, 63}, Case{closed, "help.example", pass, 63},
               Case{learning, "help.example", pass, 63}, Case{closed, "ok.example", Verdict::Kind::off, 1},
               Case{learning, "ok.example", block, 1}, Case{learning, "learn.example", pass, 1},
               Case{learning, "school.example", pass, 9}, Case{open, "no.ok.example", pass, 1},
               Case{open, "no.example", block, 1}, Case{open, "games.example", block, 1},
               Case{open, "search.example", rewrite, 1}, Case{open, "mask.example", pass, 1},
               Case{open, "mine.example", block, 1}, Case{open, "other.example", pass, 1}}) {
             auto const verdict = view_of(c.profile, rules).judge(Slot{1}, test::dns_name(c.name));
             test::check(verdict.kind == c.kind, c.name);
             if (c.kind == pass) test::equal(verdict.category, c.category, c.name);
             test::check(c.kind != block || verdict.reason != nullptr, "a reason");
         }
         auto strict = open;
         strict.block_encrypted_dns = front::Switch::on;
         test::check(view_of(strict, rules).judge(Slot{1}, test::dns_name("mask.example")).kind == block,
                     "under block_encrypted_dns");
     }},
    {"of several categories the one that needs a lease is the address's",
     [] {
         front::Profile profile;
         profile.limited = {6};
         test::equal(view_of(profile, {}).judge(Slot{1}, test::dns_name("games.example")).category, 6, "limited");
         test::equal(view_of({}, {}).judge(Slot{1}, test::dns_name("games.example")).category, 4, "else the first");
         test::equal(view_of({}, {}).judge(Slot{1}, test::dns_name("plain.example")).category, 1, "none");
         test::equal(view_of(profile, {}).judge(Slot{999}, test::dns_name("games.example")).category, 4,
                     "a slot that isn't in the view has the first profile");
     }},
};

}  // namespace

int main() {
    return test::run("front/view", tests);
}
