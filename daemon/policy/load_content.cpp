#include "load_content.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "load_words.h"

namespace kindgate::policy {

namespace {

using Texts = google::protobuf::RepeatedPtrField<std::string>;
using Check = std::optional<Complaint> (*)(std::string_view);

// Each as the file says it.
std::vector<std::string> read_each(Texts const& texts, Places const& places, int field, Check wrong, Report& report) {
    for (int i = 0; i < texts.size(); ++i) report.error(places.of(field, i).at, wrong(texts[i]));
    return {texts.begin(), texts.end()};
}

std::vector<std::string> read_domains(Texts const& texts, Places const& places, int field, Report& report) {
    std::vector<std::string> domains;
    for (int i = 0; i < texts.size(); ++i)
        if (auto const domain = report.take(places.of(field, i).at, read_domain(texts[i])))
            domains.push_back(domain->text());
    return domains;
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

AgeGate read_age_gate(v1::AgeGate const& said, Places const& places, Report& report) {
    constexpr std::uint32_t day = 24 * 60;
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
    if (said.minutes() > day)
        report.error(places.of(v1::AgeGate::kMinutesFieldNumber).at,
                     Complaint{fmt::format("a proof can't open for {} minutes", said.minutes()), "write 1 to 1440"});
    constexpr std::uint32_t most_times = 1000;
    if (said.times_a_day() > most_times)
        report.error(places.of(v1::AgeGate::kTimesADayFieldNumber).at,
                     Complaint{fmt::format("{} times a day are too many", said.times_a_day()), "write 1 to 1000"});
    AgeGate gate{said.category(), static_cast<std::uint8_t>(said.min_age())};
    if (said.minutes() != 0) gate.opens = minutes{std::min(said.minutes(), day)};
    gate.cross_device = said.cross_device();
    gate.times_a_day = said.times_a_day();
    if (said.proofs_size() == 0) return gate;
    gate.tokens = gate.documents = false;
    for (int i = 0; i < said.proofs_size(); ++i) {
        if (said.proofs(i) == v1::TOKEN)
            gate.tokens = true;
        else if (said.proofs(i) == v1::MDOC)
            gate.documents = true;
        else
            report.error(places.of(v1::AgeGate::kProofsFieldNumber, i).at,
                         Complaint{fmt::format("{} is not a kind of proof", static_cast<int>(said.proofs(i))),
                                   "write TOKEN or MDOC"});
    }
    return gate;
}

// A value of an enumeration whose own numbers follow the schema's, one less; nothing if the file doesn't say.
template <typename Own>
std::optional<Own> read_choice(int said, Own last, Place at, std::string_view field, std::string_view choices,
                               Report& report) {
    if (said == 0) return std::nullopt;
    if (said > 0 && said <= static_cast<int>(last) + 1) return static_cast<Own>(said - 1);
    report.error(at,
                 Complaint{fmt::format("{} is not a value of '{}'", said, field), fmt::format("write {}", choices)});
    return std::nullopt;
}

// The names of the lists so far: a second one of a name is an error.
DomainList read_domain_list(v1::DomainList const& said, Places const& places, std::map<std::string, std::size_t>& lines,
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
    return {said.name(), read_domains(said.domains(), places, v1::DomainList::kDomainsFieldNumber, report)};
}

}  // namespace

SaidContent read_content(v1::Content const& said, Places const& places, Report& report) {
    using Said = v1::Content;
    SaidContent read;
    auto& content = read.content;
    content.block_categories =
        read_each(said.block_categories(), places, Said::kBlockCategoriesFieldNumber, wrong_category, report);
    content.allow_domains = read_domains(said.allow_domains(), places, Said::kAllowDomainsFieldNumber, report);
    content.block_domains = read_domains(said.block_domains(), places, Said::kBlockDomainsFieldNumber, report);
    content.learning_categories =
        read_each(said.learning_categories(), places, Said::kLearningCategoriesFieldNumber, wrong_category, report);
    content.learning_domains = read_domains(said.learning_domains(), places, Said::kLearningDomainsFieldNumber, report);
    for (int i = 0; i < said.age_gates_size(); ++i) {
        auto const& here = places.of(Said::kAgeGatesFieldNumber, i);
        auto gate = read_age_gate(said.age_gates(i), here, report);
        if (!gate.category.empty() &&
            std::ranges::find(content.age_gates, gate.category, &AgeGate::category) != content.age_gates.end())
            report.error(here.at, Complaint{fmt::format("there is an age gate for {} already", quoted(gate.category)),
                                            "write one for each category"});
        content.age_gates.push_back(std::move(gate));
    }
    auto const choose = [](auto choice, auto& into, bool& is_said) {
        is_said = choice.has_value();
        if (choice) into = *choice;
    };
    choose(read_choice(said.youtube(), YouTube::strict, places.of(Said::kYoutubeFieldNumber).at, "youtube",
                       "YOUTUBE_OFF, YOUTUBE_MODERATE or YOUTUBE_STRICT", report),
           content.youtube, read.said.youtube);
    choose(read_choice(said.blocked_answer(), AnswerForm::gate_address, places.of(Said::kBlockedAnswerFieldNumber).at,
                       "blocked_answer", "NXDOMAIN, NODATA, NULL_ADDRESS or GATE_ADDRESS", report),
           content.blocked_answer, read.said.blocked_answer);
    read.said.safe_search = said.has_safe_search();
    content.safe_search = said.safe_search();
    auto const& bypass = said.bypass();
    read.said.block_encrypted_dns = bypass.has_block_encrypted_dns();
    content.block_encrypted_dns = bypass.block_encrypted_dns();
    read.said.block_vpn = bypass.has_block_vpn();
    content.block_vpn = bypass.block_vpn();
    read.said.resolved_only = bypass.has_resolved_only();
    content.resolved_only = bypass.resolved_only();
    read.said.strip_ech = bypass.has_strip_ech();
    content.strip_ech = bypass.strip_ech();
    return read;
}

void inherit(SaidContent& child, SaidContent const& parent) {
    auto& own = child.content;
    auto const& inherited = parent.content;
    auto const list = [](auto& mine, auto const& theirs) {
        if (mine.empty()) mine = theirs;
    };
    list(own.block_categories, inherited.block_categories);
    list(own.allow_domains, inherited.allow_domains);
    list(own.block_domains, inherited.block_domains);
    list(own.learning_categories, inherited.learning_categories);
    list(own.learning_domains, inherited.learning_domains);
    list(own.age_gates, inherited.age_gates);
    auto const& said = child.said;
    if (!said.youtube) own.youtube = inherited.youtube;
    if (!said.blocked_answer) own.blocked_answer = inherited.blocked_answer;
    if (!said.safe_search) own.safe_search = inherited.safe_search;
    if (!said.block_encrypted_dns) own.block_encrypted_dns = inherited.block_encrypted_dns;
    if (!said.block_vpn) own.block_vpn = inherited.block_vpn;
    if (!said.resolved_only) own.resolved_only = inherited.resolved_only;
    if (!said.strip_ech) own.strip_ech = inherited.strip_ech;
}

std::size_t count_entries(Content const& content) {
    return content.block_categories.size() + content.allow_domains.size() + content.block_domains.size() +
           content.learning_categories.size() + content.learning_domains.size() + content.age_gates.size();
}

std::optional<Visibility> read_visibility(v1::Profile const& profile, Places const& places, Report& report) {
    return read_choice(profile.visibility(), Visibility::domains, places.of(v1::Profile::kVisibilityFieldNumber).at,
                       "visibility", "NOTHING, CATEGORIES or DOMAINS", report);
}

void check_budgets(v1::Profile const& profile, Places const& places, Report& report) {
    using Said = v1::Profile;
    for (int i = 0; i < profile.budgets_size(); ++i)
        check_budget(profile.budgets(i), places.of(Said::kBudgetsFieldNumber, i), report);
    not_yet("budgets", places, Said::kBudgetsFieldNumber, report);
}

void read_lists(v1::Policy const& said, Places const& places, Policy& policy, Report& report) {
    using Said = v1::Policy;
    using Reachable = v1::AlwaysReachable;
    std::map<std::string, std::size_t> lines;
    for (int i = 0; i < said.domain_lists_size(); ++i)
        policy.domain_lists.push_back(
            read_domain_list(said.domain_lists(i), places.of(Said::kDomainListsFieldNumber, i), lines, report));
    auto const& reachable = places.of(Said::kAlwaysReachableFieldNumber);
    policy.always_reachable =
        read_domains(said.always_reachable().domains(), reachable, Reachable::kDomainsFieldNumber, report);
    policy.helpline_countries = read_each(said.always_reachable().helpline_countries(), reachable,
                                          Reachable::kHelplineCountriesFieldNumber, wrong_country, report);
    auto const wrong_pack = [](std::string_view pack) { return wrong_id("pack", pack); };
    policy.packs = read_each(said.packs(), places, Said::kPacksFieldNumber, wrong_pack, report);
    if (policy.packs.empty()) policy.packs = {"starter"};
    policy.age_trust = read_age_trust(said.age_trust(), places.of(Said::kAgeTrustFieldNumber), report);
    policy.reports = read_reports(said.reports(), places.of(Said::kReportsFieldNumber), report);
    not_yet("day_starts", places, Said::kDayStartsFieldNumber, report);
}

}  // namespace kindgate::policy
