#include "scenario.h"

#include "policy/plan.h"

namespace kindgate::cli {

namespace {

// A stranger without a profile has no schedule to explain; what the plan says of such a device is what it gets.
policy::Explanation explain_unplaced(policy::Policy const& policy, policy::Instant at) {
    policy::PlannedDevice const stranger{Slot{1}, {}, {}, {}};
    auto const plan = policy::plan(policy, {{&stranger, 1}, {}, at, {}});
    auto const& outcome = plan.of(plan.slots.front());
    return {outcome.decision, outcome.until};
}

policy::Explanation explain_case(Case const& scenario, policy::Policy const& policy) {
    if (!scenario.profile) return explain_unplaced(policy, scenario.at);
    policy::Subject subject{policy, policy.profiles[*scenario.profile], {}, {}};
    if (scenario.device) {
        auto const& device = policy.devices[*scenario.device];
        subject.device_id = device.id;
        subject.macs = device.macs;
    }
    return policy::explain(subject, scenario.overrides, scenario.at);
}

}  // namespace

Verdict judge(Case const& scenario, policy::Policy const& policy, NamesByFile const* names) {
    Verdict verdict{answer_of(explain_case(scenario, policy)), {}};
    if (scenario.domain) {
        Asking who{{}, {}, scenario.profile};
        if (scenario.device) {
            who.device_id = policy.devices[*scenario.device].id;
            who.macs = policy.devices[*scenario.device].macs;
        }
        verdict.got = answer_of(explain_name(policy, *names, who, scenario.overrides, scenario.at, *scenario.domain));
    }
    auto const& [got, allows, answered_as] = verdict.got;
    auto const& expected = scenario.expected;
    if (!expected.decision.empty() && expected.decision != decision_name(allows))
        verdict.differences.emplace_back("decision");
    if (expected.mode && *expected.mode != got.decision.mode) verdict.differences.emplace_back("mode");
    if (expected.until && expected.until != got.until) verdict.differences.emplace_back("until");
    if (!expected.rule.empty() && expected.rule != got.decision.because.rule) verdict.differences.emplace_back("rule");
    return verdict;
}

}  // namespace kindgate::cli
