// What may be reached: content and use of a profile, lists and packs of the policy. What this version only checks is
// told as not enforced yet.
#pragma once

#include "kindgate/v1/policy.pb.h"
#include "load_places.h"
#include "load_report.h"
#include "policy/model.h"

namespace kindgate::policy {

// Which fields of Content that are no lists the file says.
struct SaidSwitches {
    bool youtube = false;
    bool blocked_answer = false;
    bool safe_search = false;
    bool block_encrypted_dns = false;
    bool block_vpn = false;
    bool resolved_only = false;
    bool strip_ech = false;
};

struct SaidContent {
    Content content;
    SaidSwitches said;
};

SaidContent read_content(v1::Content const& said, Places const& places, Report& report);

// What the file leaves open is the parent's.
void inherit(SaidContent& child, SaidContent const& parent);

// How much has to be copied for who inherits it.
std::size_t count_entries(Content const& content);

// None if the file doesn't say. A number that is no visibility is an error.
std::optional<Visibility> read_visibility(v1::Profile const& profile, Places const& places, Report& report);

// The budgets of a profile.
void check_budgets(v1::Profile const& profile, Places const& places, Report& report);

// domain_lists, always_reachable, packs, age_trust and reports.
void read_lists(v1::Policy const& said, Places const& places, Policy& policy, Report& report);

age::Trust read_age_trust(v1::AgeTrust const& said, Places const& places, Report& report);
Reports read_reports(v1::Reports const& said, Places const& places, Report& report);
// Of age gates that nobody who is trusted can open.
void warn_of_shut_gates(v1::Policy const& said, Places const& places, Policy const& policy, Report& report);

}  // namespace kindgate::policy
