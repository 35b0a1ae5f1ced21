#include "policy/names.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_string.h"
#include "content/list.h"
#include "load_report.h"

namespace kindgate::policy {

namespace dns = content::dns;

namespace {

// By asking for them programs find out whether they may go around the network's DNS (Firefox's canary name, the names
// of Apple's private relay, RFC 9462 for encrypted resolvers).
constexpr std::array<std::string_view, 5> bypass_names{"use-application-dns.net", "mask.icloud.com",
                                                       "mask-h2.icloud.com", "mask-canary.icloud.com", "resolver.arpa"};

// RFC 8914, 4.16 and 4.18.
constexpr std::uint16_t by_the_house = 15;
constexpr std::uint16_t by_the_profile = 17;

Switch to_switch(bool on) {
    return on ? Switch::on : Switch::off;
}

// draft-ietf-dnsop-structured-dns-error: contacts and justification; an organisation, if the house has a name.
std::string structured_error(std::vector<std::string> const& contacts, std::string_view organization,
                             std::string_view text) {
    if (contacts.empty()) return {};
    std::vector<std::string> quoted;
    quoted.reserve(contacts.size());
    for (auto const& contact : contacts) quoted.push_back(json_string(contact));
    return fmt::format(R"({{"c":[{}],"j":{},"o":{},"l":"en"}})", fmt::join(quoted, ","), json_string(text),
                       json_string(organization));
}

// Refusals, numbered from `first` on; the same twice has one number.
class Reasons {
public:
    Reasons(Policy const& policy, std::vector<std::string> const& contacts, std::size_t first)
        : policy_(policy), contacts_(contacts), first_(first) {}

    std::uint16_t add(std::uint16_t code, std::string rule, std::string text) {
        auto const [known, is_new] =
            numbers_.emplace(std::tuple{code, rule, text}, static_cast<std::uint16_t>(first_ + all_.size()));
        if (!is_new) return known->second;
        auto structured = structured_error(contacts_, policy_.name, text);
        all_.push_back({code, std::move(rule), std::move(text), std::move(structured)});
        return known->second;
    }
    std::vector<Refusal> take() && { return std::move(all_); }

private:
    Policy const& policy_;
    std::vector<std::string> const& contacts_;
    std::size_t first_;
    std::map<std::tuple<std::uint16_t, std::string, std::string>, std::uint16_t> numbers_;
    std::vector<Refusal> all_;
};

std::string element(std::string_view list, std::size_t index) {
    return fmt::format("content.{}[{}]", list, index);
}

class Compiler {
public:
    Compiler(Policy const& policy, NamesInput const& input)
        : policy_(policy), input_(input), reasons_(policy, input.contacts, 0) {
        reasons_.add(by_the_house, "", "");
    }

    std::shared_ptr<Names const> compile() {
        auto names = std::make_shared<Names>();
        add_house();
        add_safe_search(names->rewrites);
        for (std::size_t i = 0; i < policy_.profiles.size(); ++i) names->profiles.push_back(add_profile(i));
        names->table = NameTable{rules_};
        names->categories = input_.packs;
        names->learning = input_.ids.learning;
        names->reasons = std::move(reasons_).take();
        return names;
    }

private:
    void add(dns::Name const& name, RuleKind kind, std::uint16_t index = 0,
             std::uint16_t profile = NameRule::all_profiles, NameScope scope = NameScope::suffix) {
        rules_.push_back({name, {kind, scope, profile, index}});
    }
    void add_all(std::span<std::string const> domains, RuleKind kind, std::uint16_t profile) {
        for (auto const& domain : domains) add_domain(domain, kind, 0, profile);
    }
    void add_domain(std::string_view domain, RuleKind kind, std::uint16_t index,
                    std::uint16_t profile = NameRule::all_profiles) {
        if (auto const name = dns::Name::from_text(domain)) add(*name, kind, index, profile);
    }

    // What goes for everybody.
    void add_house() {
        for (auto const& helpline : input_.helplines.helplines)
            for (auto const& domain : helpline.domains) add(domain, RuleKind::always_reachable);
        for (auto const& server : input_.helplines.time_servers) add(server, RuleKind::always_reachable);
        add_all(policy_.always_reachable, RuleKind::always_reachable, NameRule::all_profiles);
        for (auto const& domain : input_.private_domains) add(domain, RuleKind::private_allowed);
        if (input_.own_name)
            for (auto const kind : {RuleKind::always_reachable, RuleKind::private_allowed})
                add(*input_.own_name, kind, 0, NameRule::all_profiles, NameScope::exact);
        for (auto const& list : policy_.domain_lists)
            if (auto const id = input_.ids.of(list.name))
                for (auto const& domain : list.domains) add_domain(domain, RuleKind::category, id);
        auto const reason = reasons_.add(by_the_house, "content.bypass.block_encrypted_dns",
                                         "Ways around the house's DNS are closed here");
        for (auto const name : bypass_names) add_domain(name, RuleKind::bypass, reason);
    }

    void add_safe_search(std::vector<Rewrite>& rewrites) {
        for (auto const& engine : input_.safe_search.engines) {
            auto const index = static_cast<std::uint16_t>(rewrites.size());
            rewrites.push_back({.target = engine.target, .addresses = engine.addresses});
            auto const kind = engine.kind == SafeSearchEngine::Kind::youtube_strict     ? RuleKind::youtube_strict
                              : engine.kind == SafeSearchEngine::Kind::youtube_moderate ? RuleKind::youtube_moderate
                                                                                        : RuleKind::safe_search;
            for (auto const& domain : engine.domains)
                add(domain.name, kind, index, NameRule::all_profiles, domain.scope);
        }
    }

    ViewProfile add_profile(std::size_t index) {
        auto const& profile = policy_.profiles[index];
        auto const& content = profile.content;
        auto const number = static_cast<std::uint16_t>(index);
        ViewProfile view;
        view.rules = number;
        view.blocked = content.blocked_answer;
        view.youtube = content.youtube;
        view.visibility = profile.visibility;
        view.safe_search = to_switch(content.safe_search);
        view.strip_ech = to_switch(content.strip_ech);
        view.block_encrypted_dns = to_switch(content.block_encrypted_dns);
        view.resolved_only = to_switch(content.resolved_only);
        add_all(content.allow_domains, RuleKind::allow, number);
        add_all(content.learning_domains, RuleKind::learning, number);
        for (std::size_t i = 0; i < content.block_domains.size(); ++i) {
            auto const& domain = content.block_domains[i];
            auto const text = fmt::format("{} is blocked for {}", domain, profile.display_name);
            add_domain(domain, RuleKind::block, reasons_.add(by_the_profile, element("block_domains", i), text),
                       number);
        }
        add_categories(profile, view);
        return view;
    }

    void add_categories(Profile const& profile, ViewProfile& view) {
        auto const& content = profile.content;
        auto const refuse = [&](std::string_view category, std::string rule, std::string text) {
            auto const id = input_.ids.of(category);
            if (id == category_unknown || view.refused.has(id)) return;
            view.refused.add(id);
            view.category_reasons.at(id) = reasons_.add(by_the_profile, std::move(rule), std::move(text));
        };
        for (std::size_t i = 0; i < content.block_categories.size(); ++i)
            refuse(content.block_categories[i], element("block_categories", i),
                   fmt::format("The category {} is blocked for {}", content.block_categories[i], profile.display_name));
        if (content.block_vpn)
            refuse(vpn_category, "content.bypass.block_vpn",
                   fmt::format("VPN and proxy services are blocked for {}", profile.display_name));
        if (content.block_encrypted_dns)
            refuse(encrypted_dns_category, "content.bypass.block_encrypted_dns",
                   fmt::format("Encrypted DNS services are blocked for {}", profile.display_name));
        auto const blocked = view.refused;
        for (std::size_t i = 0; i < content.age_gates.size(); ++i)
            refuse(content.age_gates[i].category, element("age_gates", i),
                   fmt::format("The category {} opens with a proof of age: {} years", content.age_gates[i].category,
                               content.age_gates[i].min_age));
        view.refused.each([&](CategoryId id) {
            if (!blocked.has(id)) view.gated.add(id);
        });
        for (auto const& category : content.learning_categories) view.learning.add(input_.ids.of(category));
        for (auto const& category : profile.timed_categories()) view.timed.add(input_.ids.of(category));
        view.limited = view.refused | view.timed;
    }

    Policy const& policy_;
    NamesInput const& input_;
    Reasons reasons_;
    std::vector<NamedRule> rules_;
};

}  // namespace

std::vector<std::string> categories_in_force(Policy const& policy) {
    std::set<std::string> all;
    for (auto const& profile : policy.profiles) {
        auto const& content = profile.content;
        all.insert(content.block_categories.begin(), content.block_categories.end());
        all.insert(content.learning_categories.begin(), content.learning_categories.end());
        for (auto const& gate : content.age_gates) all.insert(gate.category);
        auto const timed = profile.timed_categories();
        all.insert(timed.begin(), timed.end());
        if (content.block_vpn) all.insert(std::string{vpn_category});
        if (content.block_encrypted_dns) all.insert(std::string{encrypted_dns_category});
    }
    return {all.begin(), all.end()};
}

std::vector<std::string> empty_categories(Policy const& policy, std::vector<std::string> of_packs) {
    auto known = std::move(of_packs);
    for (auto const& list : policy.domain_lists) known.push_back(list.name);
    std::vector<std::string> all;
    for (auto const& category : categories_in_force(policy)) {
        if (std::ranges::find(known, category) != known.end()) continue;
        auto const meant = nearest(category, known);
        auto const advice = meant           ? fmt::format("did you mean '{}'?", *meant)
                            : known.empty() ? std::string{"the policy names no pack (packs) and has no domain list"}
                                            : fmt::format("there are {}", fmt::join(known, ", "));
        all.push_back(fmt::format("no pack and no domain list has the category '{}', so rules about it do nothing: {}",
                                  category, advice));
    }
    return all;
}

bool has_learning_list(Policy const& policy) {
    return std::ranges::any_of(policy.profiles, [](Profile const& profile) {
        return !profile.content.learning_domains.empty() || !profile.content.learning_categories.empty();
    });
}

std::string_view CategoryIds::name_of(CategoryId id) const {
    auto const found = std::ranges::find(by_name, id, [](auto const& entry) { return entry.second; });
    return found == by_name.end() ? std::string_view{} : std::string_view{found->first};
}

std::shared_ptr<Names const> compile_names(Policy const& policy, NamesInput const& input) {
    return Compiler{policy, input}.compile();
}

View make_view(std::shared_ptr<Names const> names, Policy const& policy, Plan const& plan, ViewInput const& input) {
    View view;
    view.generation = input.generation;
    view.gate_v4 = input.gate_v4;
    view.gate_v6 = input.gate_v6;
    Reasons reasons{policy, input.contacts, names->reasons.size()};
    // Of nobody's rules: those that go for all still do.
    ViewProfile unruled;
    unruled.rules = static_cast<std::uint16_t>(policy.profiles.size());
    for (auto const& outcome : plan.outcomes) {
        bool const ruled = outcome.profile < names->profiles.size() && !outcome.decision.lapsed();
        auto profile = ruled ? names->profiles[outcome.profile] : unruled;
        profile.mode = outcome.decision.mode;
        auto const& because = outcome.decision.because;
        if (profile.mode != Mode::open) profile.mode_reason = reasons.add(by_the_profile, because.rule, because.text);
        for (auto const& opened : outcome.opened)
            if (auto const id = input.ids.of(opened.category); profile.gated.has(id)) profile.refused.remove(id);
        for (auto const& withheld : outcome.withheld) {
            auto const id = input.ids.of(withheld.category);
            profile.closed.add(id);
            profile.closed_reasons.at(id) = reasons.add(by_the_profile, withheld.reason.rule, withheld.reason.text);
        }
        view.profiles.push_back(profile);
    }
    if (view.profiles.empty()) {
        view.profiles.push_back(unruled);
        view.profiles[0].mode = Mode::off;
        view.profiles[0].mode_reason = reasons.add(by_the_house, "policy", "No policy is in force");
    }
    // A slot that the plan doesn't know is nobody's: the outcome of a device without a profile.
    view.others = static_cast<std::uint16_t>(policy.profiles.size());
    if (!plan.slots.empty()) view.profile_of.assign(plan.slots.back().slot.number() + std::size_t{1}, view.others);
    for (auto const& planned : plan.slots)
        view.profile_of[planned.slot.number()] = static_cast<std::uint16_t>(planned.outcome);
    view.reasons = std::move(reasons).take();
    view.names = std::move(names);
    return view;
}

Result<content::dns::Name> parse_name(std::string_view text) {
    auto const written = content::canonical_name(text);
    auto const usual = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    };
    auto const name = content::dns::Name::from_text(written);
    if (name && !name->root() && std::ranges::all_of(written, usual)) return *name;
    return Error{ErrorCode::invalid_input, fmt::format("'{}' is not a name: write one like www.example.org", text)};
}

namespace {

// What passes because of a proof of age.
std::optional<Reason> opened_by_proof(NameQuestion const& question, Outcome const& outcome, CategoryId category) {
    auto const name = question.ids.name_of(category);
    if (std::ranges::find(outcome.opened, name, &CategoryLease::category) == outcome.opened.end()) return std::nullopt;
    auto const& gates = question.policy.profiles[outcome.profile].content.age_gates;
    auto const gate = std::ranges::find(gates, name, &AgeGate::category);
    return Reason{element("age_gates", static_cast<std::size_t>(gate - gates.begin())),
                  fmt::format("A proof of age has opened the category {}", name)};
}

NameExplanation explain_at(NameQuestion const& question, Plan const& plan, content::dns::Name const& name) {
    auto const view = make_view(question.names, question.policy, plan, {0, question.ids, {}, {}, {}});
    auto const verdict = view.judge(question.device.slot, name);
    auto const& outcome = plan.of(plan.slots.front());
    auto const& decision = outcome.decision;
    NameExplanation explained{verdict.kind, decision.mode, decision.because, {}, {}};
    if (auto opened = opened_by_proof(question, outcome, verdict.category)) explained.because = *std::move(opened);
    if (verdict.reason != nullptr) explained.because = {verdict.reason->rule, verdict.reason->text};
    if (verdict.category == category_always_reachable) explained.because = {"always_reachable", "Always reachable"};
    if (verdict.rewrite != nullptr) explained.alias = verdict.rewrite->target;
    return explained;
}

}  // namespace

NameExplanation explain_name(NameQuestion const& question, content::dns::Name const& name) {
    Planner planner{question.policy};
    auto const plan_at = [&](Instant at) {
        return planner.plan(
            {std::span{&question.device, 1}, question.overrides, at, question.untrusted_clock, question.proofs});
    };
    auto plan = plan_at(question.at);
    auto explained = explain_at(question, plan, name);
    while (plan.next_edge && *plan.next_edge <= question.at + horizon) {
        auto const edge = *plan.next_edge;
        plan = plan_at(edge);
        auto const then = explain_at(question, plan, name);
        if (then.kind == explained.kind && then.mode == explained.mode && then.because == explained.because &&
            then.alias == explained.alias)
            continue;
        explained.until = edge;
        break;
    }
    return explained;
}

}  // namespace kindgate::policy
