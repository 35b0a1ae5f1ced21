// Scenarios: what a policy is expected to decide (proto/kindgate/v1/scenario.proto), read, judged and told.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "names_by_file.h"
#include "policy/decide.h"
#include "policy/load.h"
#include "show.h"

namespace kindgate::cli {

// Only what is set is compared.
struct Expected {
    std::string decision;  // "ALLOW", "BLOCK" or ""
    std::optional<policy::Mode> mode;
    std::optional<policy::Instant> until;
    std::string rule;
};

struct Case {
    std::size_t line = 1;
    std::string name;
    std::optional<std::size_t> device;   // index into the policy's devices; none: a profile, or a stranger
    std::optional<std::size_t> profile;  // none: a stranger where the policy has no newcomer profile
    policy::Instant at;
    std::optional<content::dns::Name> domain;  // asked for; none: it is about the mode
    std::vector<policy::Override> overrides;
    Expected expected;
};

struct ScenarioFile {
    std::shared_ptr<policy::Policy const> policy;  // null if there is any error
    std::vector<Case> cases;
    std::vector<policy::Diagnostic> errors;  // in the order of the file; those of the policy stand behind
};

// `file` names the text in messages, and the policy stands relative to it.
ScenarioFile read_scenario(std::string_view text, std::string const& file);

struct Verdict {
    Told got;
    // What differs: "decision", "mode", "until", "rule". Empty: as expected.
    std::vector<std::string_view> differences;
};

// `names` may be null where the case has no domain.
Verdict judge(Case const& scenario, policy::Policy const& policy, NamesByFile const* names);

}  // namespace kindgate::cli
