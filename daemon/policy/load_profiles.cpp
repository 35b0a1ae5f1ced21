#include <fmt/format.h>

#include "load_policy.h"
#include "load_schedule.h"
#include "load_words.h"

namespace kindgate::policy {

ProfileIds::ProfileIds(v1::Policy const& policy) {
    for (std::size_t index = 0; auto const& profile : policy.profiles()) {
        bool const is_new = by_id_.emplace(profile.id(), index++).second;
        if (is_new && !wrong_who("profile", profile.id())) ids_.push_back(profile.id());
    }
}

std::optional<std::size_t> ProfileIds::find(std::string_view id) const {
    auto const found = by_id_.find(id);
    if (found == by_id_.end()) return std::nullopt;
    return found->second;
}

std::optional<std::size_t> ProfileIds::find(std::string_view id, std::string_view who, Place at, Report& report) const {
    if (auto const found = find(id)) return found;
    auto const meant = report.is_short() ? nearest(id, ids_) : std::nullopt;
    constexpr std::size_t most_listed = 8;
    auto const advice = meant ? fmt::format("did you mean '{}'?", *meant)
                        : ids_.empty()
                            ? std::string{"add a profile with this id"}
                            : "add a profile with this id, or write one of: " + listed(ids_, ", ", most_listed);
    report.error(at, Complaint{fmt::format("{} {}, which is not here", who, quoted(id)), advice});
    return std::nullopt;
}

namespace {

using Said = v1::Profile;

void read_default_mode(Said const& said, Places const& places, SaidProfile& into, Report& report) {
    into.default_mode = read_mode(said.default_mode(), places.of(Said::kDefaultModeFieldNumber).at, report);
}

void read_end(Said const& said, Places const& places, Profile& profile, Report& report) {
    if (said.ends_on().empty()) return;
    profile.ends_on = report.take(places.of(Said::kEndsOnFieldNumber).at, read_date(said.ends_on()));
    profile.ends_reason = {"ends_on", fmt::format("Controls ended on {}", said.ends_on())};
}

SaidProfile read_profile(Said const& said, Places const& places, ProfileIds const& ids, Report& report) {
    SaidProfile read;
    read.at = places.at;
    auto& profile = read.profile;
    profile.id = said.id();
    report.error(said.id().empty() ? places.at : places.of(Said::kIdFieldNumber).at, wrong_who("profile", said.id()));
    report.error(places.of(Said::kDisplayNameFieldNumber).at, wrong_name("display_name", said.display_name()));
    profile.display_name = said.display_name().empty() ? said.id() : said.display_name();
    if (said.age() > 120)
        report.error(places.of(Said::kAgeFieldNumber).at,
                     Complaint{fmt::format("nobody is {} years old", said.age()), "write 0 to 120"});
    read_default_mode(said, places, read, report);
    profile.windows = read_windows(said, places, report);
    profile.exceptions = read_exceptions(said, places, report);
    read_end(said, places, profile, report);
    read.content = read_content(said.content(), places.of(Said::kContentFieldNumber), report);
    read.visibility = read_visibility(said, places, report);
    check_budgets(said, places, report);
    read.extends_at = places.of(Said::kExtendsFieldNumber).at;
    if (!said.extends().empty())
        read.parent =
            ids.find(said.extends(), fmt::format("profile {} extends", quoted(said.id())), read.extends_at, report);
    return read;
}

}  // namespace

std::vector<SaidProfile> read_profiles(v1::Policy const& policy, Places const& places, ProfileIds const& ids,
                                       Report& report) {
    constexpr int field = v1::Policy::kProfilesFieldNumber;
    constexpr int most_profiles = 4096;
    if (policy.profiles_size() > most_profiles)
        report.error(places.of(field, most_profiles).at,
                     Complaint{fmt::format("{} profiles are too many", policy.profiles_size()),
                               fmt::format("write at most {}", most_profiles)});
    std::vector<SaidProfile> read;
    for (int i = 0; i < policy.profiles_size(); ++i) {
        auto const& said = policy.profiles(i);
        auto const& here = places.of(field, i);
        read.push_back(read_profile(said, here, ids, report));
        auto const first = ids.find(said.id());
        if (said.id().empty() || !first || *first == read.size() - 1) continue;
        auto const& other = places.of(field, *first);
        report.error(here.of(Said::kIdFieldNumber).at,
                     Complaint{fmt::format("there is a profile {} already, in line {}", quoted(said.id()),
                                           other.of(Said::kIdFieldNumber).at.line),
                               "choose another id"});
    }
    return read;
}

}  // namespace kindgate::policy
