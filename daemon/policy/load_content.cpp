#include "load_content.h"

#include <map>

#include <fmt/format.h>

#include "load_words.h"

namespace kindgate::policy {

namespace {

using Texts = google::protobuf::RepeatedPtrField<std::string>;
using Check = std::optional<Complaint> (*)(std::string_view);

void check_each(Texts const& texts, Places const& places, int field, Check wrong, Report& report) {
    for (int i = 0; i < texts.size(); ++i) report.error(places.of(field, i).at, wrong(texts[i]));
}

void not_yet(std::string_view field, Places const& places, int number, Report& report) {
    if (!places.children.contains(number)) return;
    report.warn(places.of(number).at, {fmt::format("'{}' is not enforced yet", field),
                                       "this version checks it, but closes and opens nothing by it"});
}

void check_budget(v1::Budget const& said, Places const& places, Report& report) {
    constexpr std::uint32_t day = 24 * 60;
    constexpr std::uint32_t week = 7 * day;
    if (!said.category().empty())
        report.error(places.of(v1::Budget::kCategoryFieldNumber).at, wrong_category(said.category()));
    if (said.daily_size() == 0 && said.weekly_minutes() == 0)
        report.error(places.at,
                     Complaint{"the budget has no minutes", "write daily { … } or weekly_minutes:, or both"});
    if (said.weekly_minutes() > week)
        report.error(places.of(v1::Budget::kWeeklyMinutesFieldNumber).at,
                     Complaint{fmt::format("{} minutes are more than a week has", said.weekly_minutes()),
                               fmt::format("write 0 to {}", week)});
    for (int i = 0; i < said.daily_size(); ++i) {
        auto const& daily = said.daily(i);
        auto const& here = places.of(v1::Budget::kDailyFieldNumber, i);
        if (daily.days().empty()) {
            report.error(here.at, Complaint{"the daily minutes have no days",
                                            "write days: and when they are, like \"mon-fri\""});
        } else {
            report.take(here.of(v1::DayMinutes::kDaysFieldNumber).at, read_days(daily.days()));
        }
        if (daily.minutes() > day)
            report.error(here.of(v1::DayMinutes::kMinutesFieldNumber).at,
                         Complaint{fmt::format("{} minutes are more than a day has", daily.minutes()),
                                   fmt::format("write 0 to {}", day)});
    }
}

void check_age_gate(v1::AgeGate const& said, Places const& places, Report& report) {
    if (said.category().empty()) {
        report.error(places.at,
                     Complaint{"the age gate has no category", "write category: and its name, like \"social\""});
    } else {
        report.error(places.of(v1::AgeGate::kCategoryFieldNumber).at, wrong_category(said.category()));
    }
    if (said.min_age() == 0) {
        report.error(places.at, Complaint{"the age gate has no min_age", "write min_age: and years, 1 to 120"});
    } else if (said.min_age() > 120) {
        report.error(places.of(v1::AgeGate::kMinAgeFieldNumber).at,
                     Complaint{fmt::format("nobody is {} years old", said.min_age()), "write 1 to 120"});
    }
    if (said.minutes() > 24 * 60)
        report.error(places.of(v1::AgeGate::kMinutesFieldNumber).at,
                     Complaint{fmt::format("a proof can't open for {} minutes", said.minutes()), "write 1 to 1440"});
}

void check_content(v1::Content const& said, Places const& places, Report& report) {
    using Content = v1::Content;
    check_each(said.block_categories(), places, Content::kBlockCategoriesFieldNumber, wrong_category, report);
    check_each(said.allow_domains(), places, Content::kAllowDomainsFieldNumber, wrong_domain, report);
    check_each(said.block_domains(), places, Content::kBlockDomainsFieldNumber, wrong_domain, report);
    check_each(said.learning_categories(), places, Content::kLearningCategoriesFieldNumber, wrong_category, report);
    check_each(said.learning_domains(), places, Content::kLearningDomainsFieldNumber, wrong_domain, report);
    if (!v1::YouTube_IsValid(said.youtube()))
        report.error(places.of(Content::kYoutubeFieldNumber).at,
                     Complaint{fmt::format("{} is not a value of 'youtube'", static_cast<int>(said.youtube())),
                               "write YOUTUBE_OFF, YOUTUBE_MODERATE or YOUTUBE_STRICT"});
    for (int i = 0; i < said.age_gates_size(); ++i)
        check_age_gate(said.age_gates(i), places.of(Content::kAgeGatesFieldNumber, i), report);
}

// The names of the lists so far: a second one of a name is an error.
void check_domain_list(v1::DomainList const& said, Places const& places, std::map<std::string, std::size_t>& lines,
                       Report& report) {
    auto const at = said.name().empty() ? places.at : places.of(v1::DomainList::kNameFieldNumber).at;
    report.error(at, wrong_id("domain list", said.name()));
    auto const [other, is_new] = lines.emplace(said.name(), at.line);
    if (!is_new && !said.name().empty())
        report.error(at, Complaint{fmt::format("there is a domain list {} already, in line {}", quoted(said.name()),
                                               other->second),
                                   "choose another name, or put the domains into one list"});
    if (said.domains_size() == 0)
        report.error(places.at, Complaint{fmt::format("the domain list {} has no domains", quoted(said.name())),
                                          "write domains: and one like \"example.org\""});
    check_each(said.domains(), places, v1::DomainList::kDomainsFieldNumber, wrong_domain, report);
}

}  // namespace

void check_use(v1::Profile const& profile, Places const& places, Report& report) {
    using Said = v1::Profile;
    for (int i = 0; i < profile.budgets_size(); ++i)
        check_budget(profile.budgets(i), places.of(Said::kBudgetsFieldNumber, i), report);
    check_content(profile.content(), places.of(Said::kContentFieldNumber), report);
    if (!v1::Visibility_IsValid(profile.visibility()))
        report.error(places.of(Said::kVisibilityFieldNumber).at,
                     Complaint{fmt::format("{} is not a value of 'visibility'", static_cast<int>(profile.visibility())),
                               "write NOTHING, CATEGORIES or DOMAINS"});
    not_yet("budgets", places, Said::kBudgetsFieldNumber, report);
    not_yet("content", places, Said::kContentFieldNumber, report);
    not_yet("visibility", places, Said::kVisibilityFieldNumber, report);
}

void check_lists(v1::Policy const& policy, Places const& places, Report& report) {
    using Said = v1::Policy;
    using Reachable = v1::AlwaysReachable;
    std::map<std::string, std::size_t> lines;
    for (int i = 0; i < policy.domain_lists_size(); ++i)
        check_domain_list(policy.domain_lists(i), places.of(Said::kDomainListsFieldNumber, i), lines, report);
    auto const& reachable = places.of(Said::kAlwaysReachableFieldNumber);
    check_each(policy.always_reachable().domains(), reachable, Reachable::kDomainsFieldNumber, wrong_domain, report);
    check_each(policy.always_reachable().helpline_countries(), reachable, Reachable::kHelplineCountriesFieldNumber,
               wrong_country, report);
    auto const wrong_pack = [](std::string_view pack) { return wrong_id("pack", pack); };
    check_each(policy.packs(), places, Said::kPacksFieldNumber, wrong_pack, report);
    check_age_trust(policy.age_trust(), places.of(Said::kAgeTrustFieldNumber), report);
    not_yet("day_starts", places, Said::kDayStartsFieldNumber, report);
    not_yet("domain_lists", places, Said::kDomainListsFieldNumber, report);
    not_yet("always_reachable", places, Said::kAlwaysReachableFieldNumber, report);
    not_yet("packs", places, Said::kPacksFieldNumber, report);
    not_yet("age_trust", places, Said::kAgeTrustFieldNumber, report);
}

}  // namespace kindgate::policy
