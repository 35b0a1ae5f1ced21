// load(): the text is parsed (load_text), every rule of the schema is checked while the model is made (load_policy and
// what it calls), `extends` is resolved last (load_extends). With one error there is no policy.
#include "policy/load.h"

#include <fmt/format.h>

#include "load_content.h"
#include "load_policy.h"
#include "load_text.h"
#include "load_words.h"
#include "policy/names.h"

namespace kindgate::policy {

namespace {

using Said = v1::Policy;

void read_name(Said const& said, Places const& places, Policy& policy, Report& report) {
    report.error(places.of(Said::kNameFieldNumber).at, wrong_name("name", said.name()));
    policy.name = said.name().empty() ? "Home" : said.name();
}

void read_times(Said const& said, Places const& places, Policy& policy, Report& report) {
    if (said.time_zone().empty()) {
        report.error(places.at,
                     Complaint{"the policy has no time_zone", "write time_zone: and its name, like \"Europe/Berlin\""});
    } else {
        policy.zone =
            report.take(places.of(Said::kTimeZoneFieldNumber).at, read_zone(said.time_zone())).value_or(nullptr);
    }
    if (!said.day_starts().empty())
        policy.day_starts =
            report.take(places.of(Said::kDayStartsFieldNumber).at, read_time(said.day_starts(), Midnight::as_00_00))
                .value_or(minutes{});
}

void read_newcomer(Said const& said, Places const& places, ProfileIds const& ids, Policy& policy, Report& report) {
    if (said.newcomer_profile().empty()) return;
    auto const at = places.of(Said::kNewcomerProfileFieldNumber).at;
    policy.newcomer_profile = ids.find(said.newcomer_profile(), "newcomers have the profile", at, report);
}

Policy read_policy(Said const& said, Places const& places, std::vector<Loaded::MacLine>& mac_lines, Report& report) {
    Policy policy;
    ProfileIds const ids{said};
    read_name(said, places, policy, report);
    read_times(said, places, policy, report);
    if (said.profiles_size() == 0)
        report.error(places.at,
                     Complaint{"the policy has no profile", "write at least one, like profiles { id: \"children\" }"});
    auto profiles = read_profiles(said, places, ids, report);
    auto devices = read_devices(said, places, ids, report);
    policy.devices = std::move(devices.devices);
    mac_lines = std::move(devices.mac_lines);
    policy.networks = read_networks(said, places, ids, report);
    read_newcomer(said, places, ids, policy, report);
    read_lists(said, places, policy, report);
    policy.profiles = inherit(std::move(profiles), report);
    if (!report.failed()) warn_of_shut_gates(said, places, policy, report);
    if (auto const count = categories_in_force(policy).size(); count > most_categories)
        report.error(places.at, Complaint{fmt::format("the profiles name {} different categories", count),
                                          fmt::format("name at most {}", most_categories)});
    return policy;
}

}  // namespace

Loaded load(std::string_view text, std::string_view file) {
    Loaded loaded;
    Report report{file};
    Said said;
    if (auto const places = parse_text(text, said, report)) {
        if (places->children.empty()) {
            report.error({}, Complaint{"the file says nothing",
                                       "write a time_zone, like \"Europe/Berlin\", and at least one profile"});
        } else {
            auto policy = read_policy(said, *places, loaded.mac_lines, report);
            if (!report.failed()) loaded.policy = std::make_shared<Policy const>(std::move(policy));
        }
    }
    loaded.errors = report.errors();
    loaded.warnings = report.warnings();
    return loaded;
}

}  // namespace kindgate::policy
