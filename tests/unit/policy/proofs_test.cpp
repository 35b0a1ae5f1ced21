// Proofs of age: who is trusted by a policy, and what a proof that was shown opens, for whom and until when.
#include <fmt/format.h>

#include "age_keys.h"
#include "build.h"
#include "dns_build.h"
#include "policy/load.h"
#include "policy/names.h"

using namespace kindgate;
using namespace kindgate::policy;
using build::utc;

namespace {

constexpr std::string_view rules = R"(
time_zone: "UTC"
profiles {
  id: "child"
  windows { days: "daily" from: "21:00" to: "07:00" mode: OFF }
  windows { days: "daily" from: "08:00" to: "12:00" mode: LEARNING }
  windows { days: "daily" from: "19:00" to: "21:00" mode: OFF categories: ["games", "chat"] }
  content {
    block_categories: "adult"
    allow_domains: "good.example"
    learning_categories: "video"
    age_gates { category: "social" min_age: 16 minutes: 1440 }
    age_gates { category: "games" min_age: 12 minutes: 1440 }
    age_gates { category: "video" min_age: 12 minutes: 1440 }
    age_gates { category: "adult" min_age: 18 minutes: 1440 proofs: MDOC cross_device: true times_a_day: 2 }
  }
}
)";

std::string trusting() {
    return fmt::format("age_trust {{ issuers {{ name: \"Age16.Issuer.Example\" token_keys: \"{}\" min_age: 16 }} }}\n",
                       test::token_key(1));
}

std::shared_ptr<Policy const> loaded(std::string const& text) {
    auto const result = load(text, "home.textproto");
    if (!result.policy) test::fail(result.errors.front().text());
    return result.policy;
}

// One device of the profile, slot 1, and another, slot 2.
class House {
public:
    House() : policy_(loaded(std::string{rules} + trusting())) {
        CategoryId next = first_category;
        for (auto& name : categories_in_force(*policy_)) ids_.by_name.emplace(std::move(name), next++);
        auto const category = [ids = ids_](content::dns::Name const& name) {
            CategorySet found;
            for (auto const& [listed, id] : ids.by_name)
                if (name.text() == listed + ".example" ||
                    (name.text() == "both.example" && (listed == "chat" || listed == "social")) ||
                    (name.text() == "good.example" && listed == "games"))
                    found.add(id);
            return found;
        };
        names_ = compile_names(*policy_, {ids_, category, {}, {}, {}, {}, {}});
    }

    Plan plan(std::string_view at, std::span<Override const> overrides = {},
              std::optional<Mode> untrusted = std::nullopt) const {
        std::array const devices{PlannedDevice{Slot{1}, "one", {}, 0}, PlannedDevice{Slot{2}, "two", {}, 0}};
        return policy::plan(*policy_, {devices, overrides, utc(at), untrusted, proofs});
    }
    // "pass social" or the rule that closes it.
    std::string judged(std::string_view name, std::string_view at, std::uint16_t slot = 1) const {
        auto const view = make_view(names_, *policy_, plan(at), {1, ids_, {}, {}, {}});
        auto const verdict = view.judge(Slot{slot}, test::dns_name(fmt::format("{}.example", name)));
        if (verdict.kind != NameVerdict::Kind::pass) return verdict.reason->rule;
        return fmt::format("pass {}", ids_.name_of(verdict.category));
    }
    NameExplanation explained(std::string_view name, std::string_view at) const {
        PlannedDevice const device{Slot{1}, "one", {}, 0};
        return explain_name({*policy_, names_, ids_, device, {}, std::nullopt, utc(at), proofs},
                            test::dns_name(fmt::format("{}.example", name)));
    }
    std::string lease(std::string_view category, std::string_view at) const {
        auto const plan = this->plan(at);
        auto const& leases = plan.find(Slot{1})->leases;
        auto const found = std::ranges::find(leases, category, &CategoryLease::category);
        return found == leases.end() ? "none" : found->ends ? rfc3339(*found->ends) : "no end";
    }

    std::vector<Proved> proofs;

private:
    std::shared_ptr<Policy const> policy_;
    CategoryIds ids_;
    std::shared_ptr<Names const> names_;
};

constexpr auto noon = "2026-11-24T13:00:00Z";

constexpr test::Test tests[] = {
    {"a policy says whom it trusts, and of each gate how it opens",
     [] {
         auto const policy = loaded(std::string{rules} + trusting());
         auto const& trust = policy->age_trust;
         test::equal(trust.issuers.size(), 1U, "issuers");
         test::equal(trust.issuers[0].name, "age16.issuer.example", "in lower case");
         test::equal(int{trust.issuers[0].min_age}, 16, "age");
         test::check(trust.issuer_of(trust.issuers[0].keys[0].id()) == &trust.issuers[0], "by its key");
         auto const& gates = policy->profiles[0].content.age_gates;
         test::equal(gates[0].opens.count(), 1440, "minutes");
         test::check(gates[0].takes(age::Kind::token) && gates[0].takes(age::Kind::mdoc), "all kinds");
         test::check(!gates[0].cross_device && gates[0].times_a_day == 0, "defaults");
         test::check(!gates[3].takes(age::Kind::token) && gates[3].takes(age::Kind::mdoc), "documents only");
         test::check(gates[3].cross_device && gates[3].times_a_day == 2, "said");
         auto const warnings = load(std::string{rules} + trusting(), "f").warnings;
         test::equal(warnings.size(), 1U, "adult is blocked anyway");
         test::equal(warnings[0].what, "no proof opens 'adult': it is blocked, too", "warning");
     }},
    {"without a proof a gated category is closed, in no lease, whatever windows say of it",
     [] {
         House const house;
         test::equal(house.judged("social", noon), "content.age_gates[0]", "closed");
         test::equal(house.lease("social", noon), "none", "lease");
         test::equal(house.lease("games", noon), "none", "a timed one");
         test::equal(house.judged("games", noon), "content.age_gates[1]", "a timed one");
     }},
    {"a proof opens its category, on its device, until it ends",
     [] {
         House house;
         house.proofs = {{Slot{1}, "social", 16, utc("2026-11-24T15:00:00Z")}};
         test::equal(house.judged("social", noon), "pass social", "open");
         test::equal(house.judged("social", noon, 2), "content.age_gates[0]", "on no other device");
         test::equal(house.judged("games", noon), "content.age_gates[1]", "no other category");
         test::equal(house.lease("social", noon), "2026-11-24T15:00:00Z", "lease");
         test::check(house.plan(noon).next_edge == utc("2026-11-24T15:00:00Z"), "another plan is due then");
         test::equal(house.judged("social", "2026-11-24T15:00:00Z"), "content.age_gates[0]", "over");
         auto const explained = house.explained("social", noon);
         test::equal(explained.because.rule, "content.age_gates[0]", "why");
         test::equal(explained.because.text, "A proof of age has opened the category social", "why");
         test::check(explained.until == utc("2026-11-24T15:00:00Z"), "until");
         test::check(explained.passes(), "passes");
     }},
    {"a proof of less than the gate asks for by now opens nothing, one of more does; the later end counts",
     [] {
         House house;
         house.proofs = {{Slot{1}, "social", 15, utc("2026-11-24T15:00:00Z")}};
         test::equal(house.judged("social", noon), "content.age_gates[0]", "15");
         house.proofs = {{Slot{1}, "social", 18, utc("2026-11-24T14:00:00Z")},
                         {Slot{1}, "social", 16, utc("2026-11-24T15:00:00Z")}};
         test::equal(house.lease("social", noon), "2026-11-24T15:00:00Z", "two");
     }},
    {"no proof opens for longer than its gate says by now, whatever the calendar was when it was shown",
     [] {
         House house;
         house.proofs = {{Slot{1}, "social", 16, utc("2026-11-25T13:00:01Z")}};
         test::equal(house.judged("social", noon), "pass social", "a day, and the second that was going on");
         house.proofs[0].ends = utc("2026-11-25T13:00:02Z");
         test::equal(house.judged("social", noon), "content.age_gates[0]", "longer");
     }},
    {"a name in two categories goes by the proof's end; one that is allowed by name needs no proof",
     [] {
         House house;
         test::equal(house.judged("both", noon), "content.age_gates[0]", "closed");
         house.proofs = {{Slot{1}, "social", 16, utc("2026-11-24T15:00:00Z")}};
         test::equal(house.judged("chat", noon), "pass chat", "no gate");
         test::equal(house.judged("both", noon), "pass social", "not by the category that stays open");
         test::equal(house.judged("good", noon), "pass ", "allowed: in no lease that only a proof gives");
     }},
    {"never over bedtime, LEARNING, a window of the category, or a block",
     [] {
         House house;
         auto const late = utc("2026-11-25T08:00:00Z");
         for (auto const* category : {"social", "games", "adult", "video"})
             house.proofs.push_back({Slot{1}, category, 99, late});
         test::equal(house.judged("social", "2026-11-24T22:00:00Z"), "windows[0]", "bedtime");
         test::equal(house.lease("social", "2026-11-24T20:00:00Z"), "2026-11-24T21:00:00Z", "ends with the day");
         test::equal(house.judged("social", "2026-11-24T09:00:00Z"), "windows[1]", "LEARNING");
         test::equal(house.judged("video", "2026-11-24T09:00:00Z"), "pass video", "LEARNING, what is for learning");
         test::equal(house.judged("games", "2026-11-24T18:59:59Z"), "pass games", "before its window");
         test::equal(house.lease("games", "2026-11-24T18:00:00Z"), "2026-11-24T19:00:00Z", "ends with its window");
         test::equal(house.judged("games", "2026-11-24T19:00:00Z"), "windows[2]", "its window");
         test::equal(house.lease("games", "2026-11-24T19:00:00Z"), "none", "its window");
         test::equal(house.judged("adult", noon), "content.block_categories[0]", "blocked");
     }},
    {"a person's word stands beside it: paused it is closed, and open again after",
     [] {
         House house;
         house.proofs = {{Slot{1}, "social", 16, utc("2026-11-24T15:00:00Z")}};
         Override const pause{1, "one", Mode::off, {utc(noon), utc("2026-11-24T14:00:00Z")}, "mum"};
         auto const plan = house.plan(noon, {&pause, 1});
         test::check(!plan.find(Slot{1})->decision.allows(), "paused");
         test::equal(plan.find(Slot{1})->opened.size(), 1U, "the proof is still there");
         test::check(house.plan("2026-11-24T14:00:00Z", {&pause, 1}).find(Slot{1})->decision.allows(), "on again");
         test::equal(house.judged("social", "2026-11-24T14:00:00Z"), "pass social", "and open");
     }},
    {"while the time isn't known a proof opens nothing",
     [] {
         House house;
         house.proofs = {{Slot{1}, "social", 16, utc("2026-11-24T15:00:00Z")}};
         auto const plan = house.plan(noon, {}, Mode::open);
         test::check(plan.find(Slot{1})->opened.empty(), "nothing opened");
         test::check(std::ranges::find(plan.find(Slot{1})->leases, "social", &CategoryLease::category) ==
                         plan.find(Slot{1})->leases.end(),
                     "no lease");
     }},
};

}  // namespace

int main() {
    return test::run("policy/proofs", tests);
}
