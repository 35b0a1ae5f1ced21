// Explanations and timelines, for people and as JSON; the same whether the policy file or the daemon answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/cli.h"
#include "policy/names.h"

namespace kindgate::v1 {
class Explanation;
class Stretch;
}  // namespace kindgate::v1

namespace kindgate::cli {

enum class Form : std::uint8_t { readable, json };

// About a device's mode, or about a name that it asks for.
struct Told {
    policy::Explanation explanation;
    bool allows = false;
    std::string answered_as{};  // the other name whose addresses are given; "" : none
};
Told answer_of(policy::Explanation explanation);
Told answer_of(policy::NameExplanation const& explanation);

v1::Explanation message_of(Told const& answer);
v1::Stretch message_of(policy::Stretch const& stretch);
// Refuses what no daemon of ours writes.
Result<Told> from_message(v1::Explanation const& message);
Result<policy::Stretch> from_message(v1::Stretch const& message);

void show(Told const& answer, date::time_zone const& zone, policy::Instant at, Form form, Surroundings const& around);
void show(std::vector<policy::Stretch> const& stretches, date::time_zone const& zone, Form form,
          Surroundings const& around);

// "ALLOW" or "BLOCK".
std::string_view decision_name(bool allows);

// "2026-03-29T01:30:00Z"; nothing for "".
Result<std::optional<policy::Instant>> read_instant(std::string_view text);

}  // namespace kindgate::cli
