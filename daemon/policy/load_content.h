// What the schema has and this version only checks: content, budgets, lists, packs, proofs of age. Everything here is
// parsed, checked to the last rule, and told as not enforced yet.
#pragma once

#include "kindgate/v1/policy.pb.h"
#include "load_places.h"
#include "load_report.h"

namespace kindgate::policy {

// budgets, content and visibility of a profile.
void check_use(v1::Profile const& profile, Places const& places, Report& report);

// domain_lists, always_reachable, packs and age_trust of a policy.
void check_lists(v1::Policy const& policy, Places const& places, Report& report);

void check_age_trust(v1::AgeTrust const& trust, Places const& places, Report& report);

}  // namespace kindgate::policy
