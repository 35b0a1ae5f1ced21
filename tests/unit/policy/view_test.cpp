#include "policy/view.h"

#include "dns_build.h"
#include "view_build.h"

using namespace kindgate;
using policy::NameScope;
using policy::NameVerdict;
using policy::RuleKind;

namespace {

policy::NamedRule rule(std::string_view name, RuleKind kind, NameScope scope = NameScope::suffix,
                       std::uint16_t profile = policy::NameRule::all_profiles) {
    return {test::dns_name(name), {kind, scope, profile, 0}};
}

policy::View view_of(policy::ViewProfile profile, std::vector<policy::NamedRule> const& rules) {
    policy::View view;
    profile.rules = 1;
    view.profiles = {{}, std::move(profile)};
    view.profile_of = {0, 1};
    auto& names = test::names_in(view);
    names.rewrites.resize(1);
    names.table = policy::NameTable{rules};
    names.categories = [](content::dns::Name const& name) {
        if (name == test::dns_name("games.example")) return CategorySet{4, 6};
        if (name == test::dns_name("school.example")) return CategorySet{9};
        return CategorySet{};
    };
    return view;
}

constexpr test::Test tests[] = {
    {"a name is found by itself, by what is above it, or by neither, as its rule says",
     [] {
         std::array const rules{
             rule("suffix.example", RuleKind::block), rule("exact.example", RuleKind::block, NameScope::exact),
             rule("below.example", RuleKind::block, NameScope::subdomains), rule("tld", RuleKind::block)};
         policy::NameTable const table{rules};
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
             table.find(test::dns_name(c.name), [&](policy::NameRule const&) { found = true; });
             test::equal(found, c.found, c.name);
         }
     }},
    {"thousands of names are found, and no others",
     [] {
         std::vector<policy::NamedRule> rules;
         for (int i = 0; i < 5000; ++i) rules.push_back(rule("n" + std::to_string(i) + ".example", RuleKind::block));
         policy::NameTable const table{rules};
         std::size_t found = 0;
         for (int i = 0; i < 10000; ++i)
             table.find(test::dns_name("www.n" + std::to_string(i) + ".example"),
                        [&](policy::NameRule const&) { ++found; });
         test::equal(found, 5000U, "found");
     }},
    {"the order of decisions: reachable, mode, allow, block, categories, rewriting",
     [] {
         using enum NameVerdict::Kind;
         policy::ViewProfile open;
         open.refused = {4};
         open.limited = {6};
         open.learning = {9};
         open.safe_search = policy::Switch::on;
         auto learning = open;
         learning.mode = policy::Mode::learning;
         auto closed = open;
         closed.mode = policy::Mode::off;
         std::vector const rules{rule("help.example", RuleKind::always_reachable),
                                 rule("help.example", RuleKind::block),
                                 rule("ok.example", RuleKind::allow),
                                 rule("no.ok.example", RuleKind::block),
                                 rule("no.example", RuleKind::block),
                                 rule("learn.example", RuleKind::learning),
                                 rule("search.example", RuleKind::safe_search),
                                 rule("mask.example", RuleKind::bypass),
                                 rule("mine.example", RuleKind::block, NameScope::suffix, 1),
                                 rule("other.example", RuleKind::block, NameScope::suffix, 0)};
         struct Case {
             policy::ViewProfile const& profile;
             std::string_view name;
             NameVerdict::Kind kind;
             CategoryId category;
         };
         for (auto const& c :
              {Case{open, "help.example", pass, 63}, Case{closed, "help.example", pass, 63},
               Case{learning, "help.example", pass, 63}, Case{closed, "ok.example", NameVerdict::Kind::off, 1},
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
         strict.block_encrypted_dns = policy::Switch::on;
         strict.blocked = policy::AnswerForm::gate_address;
         for (auto const mode : {policy::Mode::open, policy::Mode::learning, policy::Mode::off}) {
             strict.mode = mode;
             auto const verdict = view_of(strict, rules).judge(Slot{1}, test::dns_name("mask.example"));
             test::check(verdict.kind == block, "under block_encrypted_dns, in every mode");
             test::check(verdict.form == policy::AnswerForm::nxdomain, "an address would say: go around");
         }
     }},
    {"what closes by the clock isn't opened by an allowed name, what is blocked is",
     [] {
         policy::ViewProfile profile;
         profile.refused = {4};
         profile.limited = {4, 6};
         std::vector const rules{rule("games.example", RuleKind::allow)};
         auto const judged = [&] { return view_of(profile, rules).judge(Slot{1}, test::dns_name("games.example")); };
         test::check(judged().kind == NameVerdict::Kind::pass, "allowed");
         test::equal(judged().category, 1, "no lease of a blocked category is needed");
         profile.timed = {6};
         test::equal(judged().category, 6, "one that time limits is");
         profile.closed = {6};
         test::check(judged().kind == NameVerdict::Kind::block, "closed");
     }},
    {"LEARNING lets nothing through that OPEN doesn't",
     [] {
         policy::ViewProfile profile;
         profile.mode = policy::Mode::learning;
         std::vector const rules{rule("learn.example", RuleKind::learning), rule("no.learn.example", RuleKind::block)};
         auto view = view_of(profile, rules);
         test::names_in(view).learning = 20;
         auto const kind = [&](std::string_view name) { return view.judge(Slot{1}, test::dns_name(name)).kind; };
         test::check(kind("learn.example") == NameVerdict::Kind::pass, "on the list");
         test::check(kind("no.learn.example") == NameVerdict::Kind::block, "blocked below it");
         test::equal(view.judge(Slot{1}, test::dns_name("learn.example")).category, 20, "its lease");
         view.profiles[1].mode = policy::Mode::open;
         test::equal(view.judge(Slot{1}, test::dns_name("learn.example")).category, 20, "in OPEN, too");
     }},
    {"in LEARNING an address is leased with a category that LEARNING grants, whatever else its name is in",
     [] {
         policy::ViewProfile profile;
         profile.limited = profile.timed = {4};  // games.example
         std::vector const rules{rule("games.example", RuleKind::learning)};
         auto const category = [&](policy::Mode mode) {
             profile.mode = mode;
             auto view = view_of(profile, rules);
             test::names_in(view).learning = 20;
             return view.judge(Slot{1}, test::dns_name("games.example")).category;
         };
         test::equal(category(policy::Mode::open), 4, "in OPEN it ends with the category");
         test::equal(category(policy::Mode::learning), 20, "on the list of domains");
         profile.learning = {4};
         test::equal(category(policy::Mode::learning), 4, "a category to learn with that ends by the clock");
     }},
    {"a list of the policy's own is a category",
     [] {
         policy::ViewProfile profile;
         profile.refused = {7};
         std::vector rules{rule("ours.example", RuleKind::category)};
         rules[0].rule.index = 7;
         test::check(view_of(profile, rules).judge(Slot{1}, test::dns_name("www.ours.example")).kind ==
                         NameVerdict::Kind::block,
                     "blocked");
     }},
    {"of several categories the one that needs a lease is the address's",
     [] {
         policy::ViewProfile profile;
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
    return test::run("policy/view", tests);
}
