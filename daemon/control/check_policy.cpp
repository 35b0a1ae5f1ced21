// `kindgated --check`: the policy and its packs as the gate would take them, without a gate.
#include <fmt/format.h>

#include "base/whole_file.h"
#include "control/daemon.h"
#include "name_rules.h"
#include "policy_store.h"

namespace kindgate::control {

PolicyVerdict check_policy(Board const& board) {
    auto const text = read_file(board.policy_file, largest_policy);
    PolicyVerdict verdict;
    if (!text.ok()) {
        verdict.error = text.error().message();
        return verdict;
    }
    verdict = check_policy_text(*text, board.policy_file);
    if (!verdict.policy) return verdict;
    auto const now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto [categories, wrong] = look_at_packs(pack_settings(board), verdict.policy->packs, now);
    std::ranges::move(wrong, std::back_inserter(verdict.warnings));
    std::ranges::move(policy::empty_categories(*verdict.policy, std::move(categories)),
                      std::back_inserter(verdict.warnings));
    return verdict;
}

}  // namespace kindgate::control
