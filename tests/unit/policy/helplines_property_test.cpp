// No policy can close a helpline: whatever rules, windows, words, lists and packs say, its names pass for everybody, as
// always reachable, which the kernel lets through in every mode.
#include <array>

#include "build.h"
#include "dns_build.h"
#include "policy/names.h"
#include "random_policy.h"
#include "test.h"

namespace {

using namespace kindgate;
using namespace kindgate::policy;
using random_policy::Case;
using random_policy::Maker;

constexpr std::array<char const*, 6> categories{"games", "video", "adult", "helplines", "vpn", "encrypted-dns"};

Helplines const& shipped() {
    static auto const loaded = load_helplines(test::source_text("policies/helplines.textproto"), "helplines");
    if (!loaded.helplines) test::fail(loaded.errors.front().text());
    return *loaded.helplines;
}

std::vector<content::dns::Name> domains() {
    std::vector<content::dns::Name> all;
    for (auto const& helpline : shipped().helplines)
        all.insert(all.end(), helpline.domains.begin(), helpline.domains.end());
    return all;
}

// A random policy that goes for some helplines by every means that a policy has.
class Hostile {
public:
    explicit Hostile(std::uint64_t seed) : maker_{seed}, one_{maker_.make()}, all_{domains()} {
        add_content(one_.policy.profiles[0].content);
        one_.policy.domain_lists = {{"helplines", some_domains()}};
        ids_.learning = first_category;
        for (std::size_t i = 0; i < categories.size(); ++i)
            ids_.by_name.emplace(categories.at(i), static_cast<CategoryId>(first_category + 1 + i));
        if (maybe()) add_safe_search();
        // A pack in which every name is in every category.
        auto const pack = [ids = ids_](content::dns::Name const&) {
            CategorySet found;
            for (auto const* category : categories) found.add(ids.of(category));
            return found;
        };
        names_ = compile_names(
            one_.policy,
            {ids_, maybe() ? Categories{pack} : Categories{}, safe_search_, shipped(), {}, {"https://gate.example/"}});
    }

    void check() {
        auto const subject = one_.subject();
        std::vector<PlannedDevice> const devices{{Slot{7}, subject.device_id, subject.macs, 0},
                                                 {Slot{8}, "", {}, std::nullopt}};
        for (int i = 0; i < 3; ++i) {
            auto const now = one_.moment - std::chrono::hours{36} + maker_.within(std::chrono::hours{72});
            auto const untrusted = maybe() ? std::optional{Mode::off} : std::nullopt;
            auto const plan = policy::plan(one_.policy, {devices, one_.overrides, now, untrusted});
            check(make_view(names_, one_.policy, plan, {1, ids_, {}, {}, {}}), one_.about(now));
        }
        check(make_view(names_, Policy{}, {}, {1, ids_, {}, {}, {}}), one_.about(one_.moment) + " without a policy");
    }

    // Now, for the device that the policy is about.
    bool closes(std::string_view name) {
        auto const subject = one_.subject();
        PlannedDevice const device{Slot{7}, subject.device_id, subject.macs, 0};
        auto const plan = policy::plan(one_.policy, {std::span{&device, 1}, one_.overrides, one_.moment, std::nullopt});
        auto const view = make_view(names_, one_.policy, plan, {1, ids_, {}, {}, {}});
        return view.judge(Slot{7}, test::dns_name(name)).kind != NameVerdict::Kind::pass;
    }

private:
    bool maybe() { return maker_.below(2) == 0; }

    // Some by name, some by what stands above them: "de".
    std::vector<std::string> some_domains() {
        std::vector<std::string> some;
        for (auto const& domain : all_) {
            auto const text = domain.text();
            if (maker_.below(4) == 0) some.push_back(text);
            if (maker_.below(16) == 0) some.push_back(text.substr(text.rfind('.') + 1));
            if (maker_.below(16) == 0) some.push_back("www." + text);
        }
        return some;
    }
    std::vector<std::string> some_categories() {
        std::vector<std::string> some;
        for (auto const* category : categories)
            if (maybe()) some.emplace_back(category);
        return some;
    }
    void add_content(Content& content) {
        content.block_categories = some_categories();
        content.block_domains = some_domains();
        if (maybe()) content.allow_domains = some_domains();
        if (maybe()) content.learning_domains = some_domains();
        content.learning_categories = some_categories();
        for (auto const& category : some_categories()) content.age_gates.push_back({category, 18});
        content.blocked_answer = static_cast<AnswerForm>(maker_.below(4));
        content.youtube = static_cast<YouTube>(maker_.below(3));
        content.safe_search = maybe();
        content.block_encrypted_dns = maybe();
        content.block_vpn = maybe();
        content.resolved_only = maybe();
        content.strip_ech = maybe();
    }
    void add_safe_search() {
        SafeSearchEngine engine{"Search", SafeSearchEngine::Kind::search, {}, test::dns_name("safe.example"), {}};
        for (auto const& domain : all_)
            if (maybe()) engine.domains.push_back({domain, NameScope::suffix});
        if (!engine.domains.empty()) safe_search_.engines.push_back(std::move(engine));
    }

    void check(View const& view, std::string const& about) const {
        for (auto const& domain : all_) {
            for (auto const* below : {"", "www.", "a.b."}) {
                auto const name = test::dns_name(below + domain.text());
                for (auto const slot : std::array<std::uint16_t, 4>{7, 8, 9, 16000}) {
                    auto const verdict = view.judge(Slot{slot}, name);
                    auto const what = about + ": " + name.text() + " for slot " + std::to_string(slot);
                    test::check(verdict.kind == NameVerdict::Kind::pass, what + " is closed");
                    test::check(verdict.category == category_always_reachable, what + " has another category");
                    test::check(verdict.links_judged == Switch::off, what + " may lead to what is closed");
                    test::check(view.profile(Slot{slot}).leases == Switch::on, what + " gets no address leased");
                }
            }
        }
    }

    Maker maker_;
    Case one_;
    std::vector<content::dns::Name> all_;
    CategoryIds ids_;
    SafeSearch safe_search_;
    std::shared_ptr<Names const> names_;
};

constexpr test::Test tests[] = {
    {"no policy closes a helpline",
     [] {
         test::check(domains().size() > 30, "helplines have names");
         auto const first = test::first_seed("helplines");
         for (std::uint64_t seed = first; seed < first + test::cases(60); ++seed) Hostile{seed}.check();
     }},
    {"and such policies do close other names",
     [] {
         auto const first = test::first_seed("other names");
         std::size_t closed = 0;
         for (std::uint64_t seed = first; seed < first + test::cases(60); ++seed)
             if (Hostile{seed}.closes("www.other.example")) ++closed;
         test::check(closed > 0, "none of them");
     }},
};

}  // namespace

int main() {
    return test::run("policy/helplines (property)", tests);
}
