// From a policy's content rules to what a device's questions get.
#include "policy/names.h"

#include <map>

#include "build.h"
#include "dns_build.h"
#include "policy/load.h"

using namespace kindgate;
using namespace kindgate::policy;
using build::utc;

namespace {

constexpr std::string_view home = R"(name: "Home"
time_zone: "UTC"
profiles {
  id: "child" display_name: "Ada"
  windows { days: "daily" from: "21:00" to: "07:00" mode: OFF label: "Bedtime" }
  windows { days: "daily" from: "08:00" to: "12:00" mode: LEARNING label: "Lessons" }
  windows { days: "daily" from: "19:00" to: "21:00" mode: OFF label: "No games" categories: "games" }
  content {
    block_categories: "adult" block_categories: "ours"
    allow_domains: "good.adult.example" allow_domains: "good.games.example"
    block_domains: "bad.example" block_domains: "Käse.example"
    learning_categories: "education" learning_domains: "learn.example"
    age_gates { category: "social" min_age: 16 }
    safe_search: true youtube: YOUTUBE_STRICT
    bypass { block_encrypted_dns: true block_vpn: true resolved_only: true strip_ech: true }
    blocked_answer: NODATA
  }
  visibility: CATEGORIES
}
profiles { id: "grown-up" extends: "child" ends_on: "2026-01-01" }
profiles { id: "sibling" extends: "child" content { safe_search: false block_domains: "other.example" } }
profiles { id: "parent" }
domain_lists { name: "ours" domains: "ours.example" }
always_reachable { domains: "school.example" helpline_countries: "DE" }
)";

std::shared_ptr<Policy const> loaded(std::string_view text) {
    auto const result = load(text, "home.textproto");
    if (!result.policy) test::fail(result.errors.front().text());
    return result.policy;
}

CategoryIds numbered(Policy const& policy) {
    CategoryIds ids;
    CategoryId next = first_category;
    for (auto& name : categories_in_force(policy)) ids.by_name.emplace(std::move(name), next++);
    if (has_learning_list(policy)) ids.learning = next;
    return ids;
}

// Everything around a policy, and its view at an instant.
class House {
public:
    explicit House(std::string_view text = home) : policy_(loaded(text)), ids_(numbered(*policy_)) {
        safe_search_.engines = {{"Search",
                                 SafeSearchEngine::Kind::search,
                                 {{test::dns_name("search.example"), NameScope::suffix}},
                                 test::dns_name("safe.search.test"),
                                 {}},
                                {"YouTube",
                                 SafeSearchEngine::Kind::youtube_strict,
                                 {{test::dns_name("www.youtube.example"), NameScope::exact}},
                                 test::dns_name("strict.test"),
                                 {}}};
        helplines_.helplines = {{"FR", "Help", "119", "", {test::dns_name("help.example")}}};
        helplines_.time_servers = {test::dns_name("time.example")};
        private_ = {test::dns_name("home.arpa")};
        auto const category = [ids = ids_](content::dns::Name const& name) {
            CategorySet found;
            for (std::string_view const listed : {"adult", "games", "education", "social", "vpn", "encrypted-dns"})
                if (name.text() == std::string{listed} + ".example" ||
                    name.text().ends_with("." + std::string{listed} + ".example"))
                    found.add(ids.of(listed));
            return found;
        };
        names_ = compile_names(*policy_, {ids_,
                                          category,
                                          safe_search_,
                                          helplines_,
                                          private_,
                                          {"mailto:mum@example.org", "https://gate.example/"},
                                          test::dns_name("gate.example")});
    }

    View view(std::string_view at, std::span<Override const> overrides = {}) const {
        std::vector<PlannedDevice> devices;
        for (std::uint16_t i = 0; i < policy_->profiles.size(); ++i)
            devices.push_back({Slot{static_cast<std::uint16_t>(i + 1)}, "", {}, i});
        devices.push_back({Slot{9}, "", {}, std::nullopt});
        auto const plan = policy::plan(*policy_, {devices, overrides, utc(at), std::nullopt});
        return make_view(names_, *policy_, plan,
                         {1, ids_, {"mailto:mum@example.org", "https://gate.example/"}, {}, {}});
    }
    // "block content.block_domains[0]", "pass games"
    std::string judged(std::string_view profile, std::string_view name, std::string_view at) const {
        auto const view = this->view(at);
        auto const index = policy_->find_profile(profile);
        Slot const slot{static_cast<std::uint16_t>(index ? *index + 1 : 9)};
        auto const verdict = view.judge(slot, test::dns_name(name));
        PlannedDevice const device{slot, "", {}, index};
        auto const explained =
            explain_name({*policy_, names_, ids_, device, {}, std::nullopt, utc(at)}, test::dns_name(name));
        test::check(explained.kind == verdict.kind, "explained as judged");
        switch (verdict.kind) {
            case NameVerdict::Kind::block: return "block " + explained.because.rule;
            case NameVerdict::Kind::off: return "off " + explained.because.rule;
            case NameVerdict::Kind::rewrite: return "rewrite " + explained.alias->text();
            case NameVerdict::Kind::pass: break;
        }
        if (verdict.category == category_always_reachable) return "pass always";
        if (verdict.category == ids_.learning) return "pass to learn";
        return "pass " + std::string{ids_.name_of(verdict.category)};
    }

    // "block until 2026-06-01T21:00:00Z"
    std::string explained(std::string_view name, std::string_view at) const {
        PlannedDevice const device{Slot{1}, "", {}, 0};
        auto const said =
            explain_name({*policy_, names_, ids_, device, {}, std::nullopt, utc(at)}, test::dns_name(name));
        return (said.passes() ? "pass " : "block ") + said.because.rule + " until " + build::text(said.until);
    }

    std::shared_ptr<Policy const> const& policy() const { return policy_; }
    CategoryIds const& ids() const { return ids_; }

private:
    std::shared_ptr<Policy const> policy_;
    CategoryIds ids_;
    SafeSearch safe_search_;
    Helplines helplines_;
    std::vector<content::dns::Name> private_;
    std::shared_ptr<Names const> names_;
};

constexpr std::string_view open = "2026-06-01T15:00:00Z";
constexpr std::string_view lessons = "2026-06-01T09:00:00Z";
constexpr std::string_view evening = "2026-06-01T20:00:00Z";
constexpr std::string_view night = "2026-06-01T23:00:00Z";

struct Case {
    std::string_view profile;
    std::string_view name;
    std::string_view at;
    std::string_view said;
};

constexpr Case cases[] = {
    {"child", "plain.example", open, "pass "},
    {"child", "www.adult.example", open, "block content.block_categories[0]"},
    {"child", "good.adult.example", open, "pass "},
    {"child", "www.ours.example", open, "block content.block_categories[1]"},
    {"child", "www.bad.example", open, "block content.block_domains[0]"},
    {"child", "xn--kse-qla.example", open, "block content.block_domains[1]"},
    {"child", "social.example", open, "block content.age_gates[0]"},
    {"child", "vpn.example", open, "block content.bypass.block_vpn"},
    {"child", "encrypted-dns.example", open, "block content.bypass.block_encrypted_dns"},
    {"child", "use-application-dns.net", open, "block content.bypass.block_encrypted_dns"},
    {"child", "_dns.resolver.arpa", open, "block content.bypass.block_encrypted_dns"},
    {"child", "mask.icloud.com", open, "block content.bypass.block_encrypted_dns"},
    {"child", "www.search.example", open, "rewrite safe.search.test"},
    {"child", "www.youtube.example", open, "rewrite strict.test"},
    {"child", "m.www.youtube.example", open, "pass "},
    {"child", "games.example", open, "pass games"},
    {"child", "games.example", evening, "block windows[2]"},
    {"child", "good.games.example", open, "pass games"},
    {"child", "good.games.example", evening, "block windows[2]"},
    {"child", "learn.example", open, "pass to learn"},
    {"child", "education.example", lessons, "pass to learn"},
    {"child", "learn.example", lessons, "pass to learn"},
    {"child", "plain.example", lessons, "block windows[1]"},
    {"child", "plain.example", night, "off windows[0]"},
    {"child", "help.example", night, "pass always"},
    {"child", "school.example", night, "pass always"},
    {"child", "time.example", lessons, "pass always"},
    {"child", "gate.example", night, "pass always"},
    {"child", "a.gate.example", night, "off windows[0]"},
    {"grown-up", "adult.example", night, "pass adult"},
    {"grown-up", "use-application-dns.net", open, "pass "},
    {"sibling", "www.search.example", open, "pass "},
    {"sibling", "bad.example", open, "pass "},
    {"sibling", "other.example", open, "block content.block_domains[0]"},
    {"sibling", "adult.example", open, "block content.block_categories[0]"},
    {"parent", "adult.example", night, "pass adult"},
    {"parent", "mask.icloud.com", open, "pass "},
    {"nobody", "plain.example", open, "off newcomer_profile"},
    {"nobody", "help.example", open, "pass always"},
};

constexpr test::Test tests[] = {
    {"who may open what, when, and the rule that decides",
     [] {
         House const house;
         for (auto const& c : cases)
             test::equal(house.judged(c.profile, c.name, c.at), c.said,
                         std::string{c.profile} + " " + std::string{c.name} + " " + std::string{c.at});
     }},
    {"the categories in force are those that rules name, and the ways around",
     [] {
         House const house;
         std::string all;
         for (auto const& name : categories_in_force(*house.policy())) all += name + " ";
         test::equal(all, "adult education encrypted-dns games ours social vpn ", "in force");
         test::check(!has_learning_list(*loaded("time_zone: \"UTC\" profiles { id: \"a\" }")), "no learning list");
     }},
    {"a refusal says who, what and why, and whom to ask, to people and to programs",
     [] {
         House const house;
         auto const view = house.view(open);
         auto const reason = [&](std::string_view name) { return *view.judge(Slot{1}, test::dns_name(name)).reason; };
         test::equal(reason("bad.example").text, "bad.example is blocked for Ada", "text");
         test::equal(reason("bad.example").code, 17, "by the profile");
         test::equal(reason("mask.icloud.com").code, 15, "by the house");
         test::equal(
             reason("bad.example").structured,
             R"({"c":["mailto:mum@example.org","https://gate.example/"],"j":"bad.example is blocked for Ada","o":"Home","l":"en"})",
             "structured");
         test::check(view.judge(Slot{1}, test::dns_name("bad.example")).form == AnswerForm::nodata, "its form");
         auto const refused = view.judge(Slot{1}, test::dns_name("adult.example"));
         test::equal(house.ids().name_of(refused.category), "adult", "for which category");
     }},
    {"a person's word opens and closes one device's names, not those of its profile",
     [] {
         House const house;
         Override const off{1, "02:00:5e:10:00:01", Mode::off, {utc(open), utc(night)}, "mum"};
         auto const mac = test::value(Mac::parse("02:00:5e:10:00:01"));
         std::vector<PlannedDevice> const devices{{Slot{1}, "", std::span{&mac, 1}, 0}, {Slot{2}, "", {}, 0}};
         auto const plan = policy::plan(*house.policy(), {devices, std::span{&off, 1}, utc(open), std::nullopt});
         auto const view = make_view(house.view(open).names, *house.policy(), plan, {1, house.ids(), {}, {}, {}});
         test::check(view.judge(Slot{1}, test::dns_name("plain.example")).kind == NameVerdict::Kind::off, "the one");
         test::check(view.judge(Slot{2}, test::dns_name("plain.example")).kind == NameVerdict::Kind::pass, "the other");
         test::check(view.judge(Slot{77}, test::dns_name("plain.example")).kind == NameVerdict::Kind::off,
                     "a slot that nobody planned");
     }},
    {"what is said of a name holds until the answer or its reason changes",
     [] {
         House const house;
         test::equal(house.explained("games.example", open), "pass default_mode until 2026-06-01T19:00:00Z", "window");
         test::equal(house.explained("games.example", evening), "block windows[2] until 2026-06-01T21:00:00Z", "night");
         test::equal(house.explained("plain.example", open), "pass default_mode until 2026-06-01T21:00:00Z", "its own");
         test::equal(house.explained("learn.example", lessons), "pass windows[1] until 2026-06-01T12:00:00Z", "mode");
         test::equal(house.explained("help.example", lessons), "pass always_reachable until 2026-06-01T12:00:00Z",
                     "mode");
     }},
    {"a category window's lease ends where the window begins",
     [] {
         House const house;
         PlannedDevice const device{Slot{1}, "", {}, 0};
         auto const at = [&](std::string_view time) {
             return policy::plan(*house.policy(), {std::span{&device, 1}, {}, utc(time), std::nullopt}).outcomes.at(0);
         };
         test::equal(at(open).leases.size(), 1U, "one");
         test::equal(build::text(at(open).leases.at(0).ends), "2026-06-01T19:00:00Z", "ends");
         test::check(at(evening).leases.empty() && at(evening).withheld.size() == 1, "withheld");
     }},
    {"more categories than there are numbers for are refused",
     [] {
         std::string text = "time_zone: \"UTC\"\nprofiles { id: \"a\" content {";
         for (int i = 0; i < 61; ++i) text += " block_categories: \"c" + std::to_string(i) + "\"";
         auto const refused = load(text + " } }", "p");
         test::check(!refused.policy, "refused");
         test::contains(refused.errors.front().what, "61 different categories");
     }},
};

}  // namespace

int main() {
    return test::run("policy/names", tests);
}
