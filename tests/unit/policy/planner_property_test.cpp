// A planner that remembers makes the plan that one without a memory makes, whatever came before.
#include <algorithm>

#include "build.h"
#include "policy/plan.h"
#include "random_policy.h"
#include "test.h"

namespace {

using namespace kindgate;
using namespace kindgate::policy;
using build::text;

std::string show(Plan const& plan) {
    std::string all;
    for (auto const& outcome : plan.outcomes)
        all += text(outcome.decision) + " until " + text(outcome.until) + " ends " + text(outcome.ends) + " due " +
               text(outcome.due) + "\n";
    return all + "edge " + text(plan.next_edge);
}

// Instants as the daemon sees them: a little later, at the edge, just before it, the same again, a day on, or the
// clock jumps.
Instant another(Instant now, std::optional<Instant> edge, random_policy::Maker& maker) {
    switch (maker.below(8)) {
        case 0: return now;
        case 1: return now + std::chrono::seconds{1};
        case 2: return edge.value_or(now);
        case 3: return edge.value_or(now) - std::chrono::seconds{1};
        case 4: return now + date::days{1};
        case 5: return now - std::chrono::hours{40} + maker.within(std::chrono::hours{80});
        default: return now + maker.within(std::chrono::hours{2});
    }
}

// Words come and go, and are changed in place, as an override of a test's own making may be.
void change_words(std::vector<Override>& words, std::vector<Override> const& possible, random_policy::Maker& maker) {
    if (!words.empty() && maker.below(3) == 0)
        words.erase(words.begin() + static_cast<std::ptrdiff_t>(maker.below(words.size())));
    if (!possible.empty() && maker.below(2) == 0) words.push_back(possible[maker.below(possible.size())]);
    if (!words.empty() && maker.below(6) == 0) words.back().mode = Mode::off;
}

void check(std::uint64_t seed) {
    random_policy::Maker maker{seed};
    auto one = maker.make();
    // A second profile, which words about the first do not name; both have a device that a word may name.
    auto other = random_policy::Maker{seed + 1'000'000}.make();
    one.policy.profiles.push_back(other.policy.profiles.front());
    one.policy.profiles.back().id = "tot";
    std::vector<PlannedDevice> const devices{{Slot{1}, "phone", std::span{&one.mac, 1}, 0},
                                             {Slot{2}, "other", {}, 0},
                                             {Slot{3}, "", std::span{&other.mac, 1}, 1},
                                             {Slot{5}, "", {}, std::nullopt},
                                             {Slot{9}, "tablet", {}, 1}};
    auto possible = one.overrides;
    possible.insert(possible.end(), other.overrides.begin(), other.overrides.end());
    std::vector<Override> words;
    Planner planner{one.policy};
    auto now = one.moment;
    for (int step = 0; step < 30; ++step) {
        change_words(words, possible, maker);
        std::optional<Mode> untrusted;
        if (maker.below(8) == 0) untrusted = maker.below(2) == 0 ? Mode::off : Mode::open;
        auto const count = maker.below(4) == 0 ? maker.below(devices.size()) : devices.size();
        PlanInput const input{std::span{devices}.first(count), words, now, untrusted};
        auto const remembered = planner.plan(input);
        auto const fresh = plan(one.policy, input);
        auto const about = one.about(now) + " step " + std::to_string(step);
        test::equal(show(remembered), show(fresh), about);
        test::check(remembered == fresh, about);
        now = another(now, fresh.next_edge, maker);
    }
}

constexpr test::Test tests[] = {
    {"a plan doesn't depend on what was planned before",
     [] {
         auto const first = test::first_seed("remembered");
         for (std::uint64_t seed = first; seed < first + test::cases(60); ++seed) check(seed);
     }},
};

}  // namespace

int main() {
    return test::run("policy/planner (property)", tests);
}
