// Gatekeeper: the questions.
#include <algorithm>

#include <fmt/format.h>

#include "build_info.h"
#include "gate_addresses.h"
#include "gatekeeper.h"
#include "kindgate/v1/api.pb.h"
#include "policy/calendar.h"

namespace kindgate::control {

namespace {

// How long before somebody has to act.
constexpr std::chrono::days foretold{30};

std::string time_text(std::optional<policy::Instant> at) {
    return at ? policy::rfc3339(*at) : std::string{};
}

std::string seen_text(policy::Instant at) {
    return at == policy::Instant{} ? std::string{} : policy::rfc3339(at);
}

void add_because(google::protobuf::RepeatedPtrField<v1::Because>& all, policy::Reason const& reason) {
    auto* const because = all.Add();
    because->set_rule(reason.rule);
    because->set_text(reason.text);
}

std::string_view name(policy::PlacedBy by) {
    switch (by) {
        case policy::PlacedBy::file: return "file";
        case policy::PlacedBy::hand: return "hand";
        case policy::PlacedBy::network: return "network";
        case policy::PlacedBy::newcomer: return "newcomer";
    }
    return {};
}

// It is this gate that a name isn't passed for.
bool closes(GateFacts const& gate, policy::Profile const& profile, policy::NameExplanation const& explained) {
    auto const& gates = profile.content.age_gates;
    for (std::size_t i = 0; i < gates.size(); ++i)
        if (gates[i].category == gate.category)
            return !explained.passes() && explained.because.rule == fmt::format("content.age_gates[{}]", i);
    return false;
}

policy::Decision not_placed() {
    return {policy::Mode::off, {"newcomer_profile", "Nobody has placed this device yet"}};
}

}  // namespace

Error Gatekeeper::no_policy() const {
    return {ErrorCode::unavailable,
            fmt::format("no policy is in force: correct {} first (`kindgate status` says what is wrong)",
                        store_.file().string())};
}

std::string Gatekeeper::display_name(Device const& device) const {
    if (!device.record.display_name.empty()) return device.record.display_name;
    if (store_.policy())
        if (auto const named = store_.policy()->find_device(device.id()))
            return store_.policy()->devices[*named].display_name;
    return device.record.host_name.empty() ? device.id() : device.record.host_name;
}

void Gatekeeper::describe(policy::Profile const& profile, policy::Instant at, v1::ProfileStatus& answer) const {
    auto const facts = situation();
    policy::Subject const subject{*facts.policy, profile, {}, {}};
    auto const explained = explain_now(facts, subject, at);
    answer.set_id(profile.id);
    answer.set_display_name(profile.display_name);
    answer.set_mode(to_schema(explained.decision.mode));
    answer.set_until(time_text(explained.until));
    if (explained.until) answer.set_until_text(until_in_words(*facts.policy, *explained.until, at));
    add_because(*answer.mutable_because(), explained.decision.because);
    if (facts.untrusted_clock) return;
    for (auto& one : policy::withheld(subject, facts.overrides, at)) answer.add_withheld_categories(one.category);
}

void Gatekeeper::describe_devices(policy::Instant at, v1::Status& status) const {
    for (auto const& [id, device] : devices_.all()) {
        if (auto const& profile = device.record.placed_profile; !profile.empty() && !device.placed())
            status.add_warnings(
                fmt::format("{} was placed in profile '{}', which the policy has no more: place it anew", id, profile));
        // Guests of last month are in `devices`; here is who is placed, or here.
        if (!device.profile || (!device.placed() && !devices_.present(device))) continue;
        auto* const answer = status.mutable_profiles(static_cast<int>(*device.profile))->add_devices();
        answer->set_id(id);
        answer->set_display_name(display_name(device));
        answer->set_present(devices_.present(device));
        auto const* const outcome = enforcer_.plan().find(device.record.slot);
        if (outcome == nullptr) {
            answer->set_mode(v1::OFF);
            add_because(*answer->mutable_because(), {"slot", "All slots are taken"});
            continue;
        }
        answer->set_mode(to_schema(outcome->decision.mode));
        answer->set_until(time_text(outcome->until));
        if (outcome->until) answer->set_until_text(until_in_words(*store_.policy(), *outcome->until, at));
        add_because(*answer->mutable_because(), outcome->decision.because);
        for (auto const& opened : outcome->opened) {
            auto const* const proof = proofs_.find(id, opened.category);
            auto* const told = answer->add_opened();
            told->set_category(opened.category);
            told->set_until(time_text(opened.ends));
            told->set_until_text(until_in_words(*store_.policy(), *opened.ends, at));
            if (proof == nullptr) continue;
            told->set_min_age(proof->min_age);
            told->set_times_today(proof->times);
        }
    }
}

v1::Status Gatekeeper::status() {
    v1::Status status;
    auto const at = now();
    status.set_policy_file(store_.file().string());
    status.set_policy_revision(store_.revision());
    for (auto const& error : store_.errors()) status.add_policy_errors(error);
    for (auto const& warning : store_.warnings()) status.add_warnings(warning);
    for (auto const& warning : names_.warnings()) status.add_warnings(warning);
    for (auto const& [interface, link] : links_)
        if (!link.up)
            status.add_warnings(
                fmt::format("the LAN interface {} is down or not there; if it has another name now, nobody behind it "
                            "is controlled: "
                            "correct `lan` in the board file",
                            interface));
    status.set_now(policy::rfc3339(at));
    status.set_clock_trusted(trusted_);
    status.set_next_edge(time_text(enforcer_.plan().next_edge));
    status.set_kernel_in_force(in_force_);
    status.set_version(std::string{version()});
    if (!store_.policy()) return status;
    for (auto const& provider : store_.policy()->age_trust.providers)
        if (provider.authority.ends() < at + foretold)
            status.add_warnings(
                fmt::format("the authority of {} {} at {}: ask for its next certificate, or its proofs "
                            "of age open nothing any more (age_trust in the policy)",
                            provider.name, provider.authority.ends() < at ? "expired" : "expires",
                            policy::rfc3339(provider.authority.ends())));
    status.set_policy_name(store_.policy()->name);
    status.set_time_zone(store_.policy()->zone->name());
    for (auto const& profile : store_.policy()->profiles) describe(profile, at, *status.add_profiles());
    describe_devices(at, status);
    return status;
}

v1::SeenDevice Gatekeeper::describe(Device const& device) const {
    v1::SeenDevice answer;
    answer.set_id(device.id());
    answer.set_display_name(display_name(device));
    if (device.profile && store_.policy()) answer.set_profile(store_.policy()->profiles[*device.profile].id);
    answer.set_placed_by(std::string{name(device.by)});
    answer.set_slot(device.record.slot.number());
    for (auto const& mac : device.macs) {
        answer.add_macs(mac.text());
        for (auto const& sighting : devices_.sightings().of(mac)) {
            answer.add_addresses(sighting.address.text());
            answer.set_interface(sighting.interface);
        }
    }
    answer.set_host_name(device.record.host_name);
    answer.set_first_seen(seen_text(device.record.first_seen));
    bool const present = devices_.present(device);
    answer.set_last_seen(present ? policy::rfc3339(now()) : seen_text(device.record.last_seen));
    answer.set_present(present);
    return answer;
}

v1::SeenDevice Gatekeeper::describe(Mac const& mac, Waiting const& waiting) const {
    v1::SeenDevice answer;
    answer.set_id(mac.text());
    answer.set_display_name(devices_.host_name(mac));
    answer.add_macs(mac.text());
    answer.set_placed_by("newcomer");
    answer.set_interface(waiting.interface);
    for (auto const& sighting : devices_.sightings().of(mac)) answer.add_addresses(sighting.address.text());
    answer.set_host_name(devices_.host_name(mac));
    answer.set_first_seen(policy::rfc3339(waiting.since));
    answer.set_last_seen(policy::rfc3339(now()));
    answer.set_present(true);
    return answer;
}

v1::Devices Gatekeeper::devices() {
    v1::Devices answer;
    for (auto const& [id, device] : devices_.all()) {
        // Remembered by hand, but the file speaks for its addresses now.
        if (device.macs.empty()) continue;
        *answer.add_devices() = describe(device);
    }
    for (auto const& [mac, waiting] : devices_.waiting()) *answer.add_devices() = describe(mac, waiting);
    return answer;
}

v1::Leases Gatekeeper::leases() {
    v1::Leases answer;
    std::map<Slot, Device const*> by_slot;
    for (auto const& [id, device] : devices_.all()) by_slot.emplace(device.record.slot, &device);
    auto const at = now();
    for (auto const& planned : enforcer_.plan().slots) {
        auto const& outcome = enforcer_.plan().of(planned);
        auto const found = by_slot.find(planned.slot);
        if (found == by_slot.end() || !outcome.decision.allows()) continue;
        auto const* const device = found->second;
        auto* const one = answer.add_leases();
        one->set_slot(planned.slot.number());
        one->set_device(device->id());
        if (device->profile) one->set_profile(store_.policy()->profiles[*device->profile].id);
        one->set_mode(to_schema(outcome.decision.mode));
        one->set_ends(time_text(outcome.ends));
        if (outcome.ends && *outcome.ends > at)
            one->set_seconds_left(static_cast<std::uint64_t>((*outcome.ends - at).count()));
    }
    return answer;
}

Result<Gatekeeper::Asked> Gatekeeper::asked(Who const& who) const {
    if (!store_.policy()) return no_policy();
    auto const& policy = *store_.policy();
    if (who.device.empty() == who.profile.empty())
        return Error{ErrorCode::invalid_input, "name either a device or a profile"};
    if (!who.profile.empty()) {
        auto const found = policy.find_profile(who.profile);
        if (!found) return unknown_who(who.profile);
        return Asked{&policy.profiles[*found], nullptr};
    }
    auto const* const device = devices_.find(who.device);
    if (device == nullptr) return unknown_who(who.device);
    return Asked{device->profile ? &policy.profiles[*device->profile] : nullptr, device};
}

policy::Subject Gatekeeper::subject(Asked const& asked) const {
    if (asked.device == nullptr) return {*store_.policy(), *asked.profile, {}, {}};
    return {*store_.policy(), *asked.profile, asked.device->id(), asked.device->macs};
}

policy::Explanation Gatekeeper::explained(Asked const& asked, policy::Instant at, bool is_now) const {
    if (asked.profile == nullptr) return {not_placed(), std::nullopt};
    if (is_now) return explain_now(situation(), subject(asked), at);
    return policy::explain(subject(asked), overrides_.all(), at);
}

policy::NameExplanation Gatekeeper::explained(Asked const& asked, policy::Instant at,
                                              content::dns::Name const& name) const {
    auto const facts = situation();
    std::optional<std::size_t> profile;
    if (asked.profile != nullptr) profile = static_cast<std::size_t>(asked.profile - store_.policy()->profiles.data());
    std::string_view const id = asked.device == nullptr ? std::string_view{} : asked.device->id();
    std::span<Mac const> const macs = asked.device == nullptr ? std::span<Mac const>{} : asked.device->macs;
    policy::PlannedDevice const device{Slot{1}, id, macs, profile};
    std::vector<policy::Proved> proofs;
    for (auto const& proof : proofs_.all())
        if (asked.device != nullptr && proof.device == id)
            proofs.push_back({device.slot, proof.category, proof.min_age, proof.ends});
    return policy::explain_name(
        {*store_.policy(), names_.names(), names_.ids(), device, overrides_.all(), facts.untrusted_clock, at, proofs},
        name);
}

Result<v1::Explanation> Gatekeeper::explain(Who const& who, std::string_view at, std::string_view domain) {
    auto const about = KG_TRY(asked(who));
    auto const instant = at.empty() ? now() : KG_TRY(policy::parse_instant(at, *store_.policy()->zone));
    v1::Explanation answer;
    if (!domain.empty()) {
        auto const explained = this->explained(about, instant, KG_TRY(policy::parse_name(domain)));
        answer.set_decision(explained.passes() ? "ALLOW" : "BLOCK");
        answer.set_mode(std::string{policy::name(explained.mode)});
        answer.set_until(time_text(explained.until));
        add_because(*answer.mutable_because(), explained.because);
        if (explained.alias) answer.set_answered_as(explained.alias->text());
        return answer;
    }
    auto const explained = this->explained(about, instant, at.empty());
    answer.set_decision(explained.decision.allows() ? "ALLOW" : "BLOCK");
    answer.set_mode(std::string{policy::name(explained.decision.mode)});
    answer.set_until(time_text(explained.until));
    add_because(*answer.mutable_because(), explained.decision.because);
    return answer;
}

Device const* Gatekeeper::holder_of(Slot slot) const {
    auto const& all = devices_.all();
    auto const found = std::ranges::find_if(all, [&](auto const& entry) { return entry.second.record.slot == slot; });
    return found == all.end() ? nullptr : &found->second;
}

Gatekeeper::Asked Gatekeeper::asked(Slot slot) const {
    auto const* const device = slot.valid() ? holder_of(slot) : nullptr;
    if (device == nullptr || !device->profile) return {nullptr, device};
    return {&store_.policy()->profiles[*device->profile], device};
}

// What a page in a closed site's place must not be: there a token would be shown to the site once it opens.
std::string Gatekeeper::own_site() const {
    if (board_.public_name) return fmt::format("http://{}", board_.public_name->text());
    auto const address = gate_addresses(board_.lan).v4;
    return address ? fmt::format("http://{}", address->text()) : std::string{};
}

PageFacts Gatekeeper::page(Slot slot, std::string_view host) {
    PageFacts facts;
    facts.contact = board_.contact;
    if (!store_.policy()) {
        facts.because = "The gate has no rules yet";
        return facts;
    }
    facts.helplines = names_.helplines();
    auto const about = asked(slot);
    if (about.device != nullptr) facts.device = display_name(*about.device);
    auto const at = now();
    std::optional<policy::Instant> until;
    facts.gates = gates_of(about, slot);
    facts.site = own_site();
    facts.reports = reporter_.on();
    if (auto const name = policy::parse_name(host); name.ok() && *name != board_.public_name) {
        auto const explained = this->explained(about, at, *name);
        facts.name = name->text();
        facts.passes = explained.passes();
        facts.mode = explained.mode;
        facts.because = explained.because.text;
        until = explained.until;
        std::erase_if(facts.gates, [&](GateFacts const& gate) { return !closes(gate, *about.profile, explained); });
    } else {
        auto const explained = this->explained(about, at, true);
        facts.mode = explained.decision.mode;
        facts.because = explained.decision.because.text;
        until = explained.until;
    }
    if (until) facts.until = until_in_words(*store_.policy(), *until, at);
    return facts;
}

PortalFacts Gatekeeper::portal(Slot slot) {
    constexpr std::chrono::days foreseen{7};
    if (!store_.policy()) return {};
    auto const about = asked(slot);
    auto const at = now();
    if (!this->explained(about, at, true).decision.allows()) return {};
    PortalFacts facts{.captive = false};
    if (!trusted_) return facts;
    auto const stretches = policy::timeline(subject(about), overrides_.all(), {at, at + foreseen});
    auto const shut = std::ranges::find_if(stretches, [](auto const& one) { return !one.decision.allows(); });
    if (shut != stretches.end()) facts.remaining = shut->when.from - at;
    return facts;
}

Result<v1::Timeline> Gatekeeper::timeline(Who const& who, std::string_view from, std::string_view to) {
    auto const about = KG_TRY(asked(who));
    auto const& zone = *store_.policy()->zone;
    auto const begin = from.empty() ? now() : KG_TRY(policy::parse_instant_or_date(from, zone, policy::Edge::start));
    auto const end =
        to.empty() ? begin + std::chrono::days{7} : KG_TRY(policy::parse_instant_or_date(to, zone, policy::Edge::end));
    if (end < begin)
        return Error{ErrorCode::invalid_input, "the timeline's end is before its beginning: write a later `to`"};
    if (end - begin > policy::horizon)
        return Error{ErrorCode::invalid_input, "that timeline is longer than 400 days: ask for less at once"};
    std::vector<policy::Stretch> stretches;
    if (about.profile == nullptr && begin < end)
        stretches.push_back({{begin, end}, not_placed()});
    else if (about.profile != nullptr)
        stretches = policy::timeline(subject(about), overrides_.all(), {begin, end});
    v1::Timeline answer;
    for (auto const& stretch : stretches) {
        auto* const one = answer.add_stretches();
        one->set_from(policy::rfc3339(stretch.when.from));
        one->set_to(policy::rfc3339(stretch.when.to));
        one->set_mode(std::string{policy::name(stretch.decision.mode)});
        add_because(*one->mutable_because(), stretch.decision.because);
    }
    return answer;
}

v1::Override Gatekeeper::describe(policy::Override const& given) const {
    v1::Override answer;
    answer.set_id(given.id);
    answer.set_who(given.who);
    answer.set_mode(to_schema(given.mode));
    answer.set_from(policy::rfc3339(given.when.from));
    answer.set_until(policy::rfc3339(given.when.to));
    answer.set_given_by(given.given_by);
    return answer;
}

v1::Overrides Gatekeeper::overrides() {
    v1::Overrides answer;
    for (auto const& given : overrides_.all()) *answer.add_overrides() = describe(given);
    return answer;
}

Result<PolicyText> Gatekeeper::policy() {
    if (!store_.policy()) return no_policy();
    return PolicyText{store_.text(), store_.revision()};
}

Result<v1::PolicyRevisions> Gatekeeper::policy_revisions() {
    v1::PolicyRevisions answer;
    for (auto const& kept : KG_TRY(parts_.ledger.revisions())) {
        auto& revision = *answer.add_revisions();
        revision.set_revision(kept.id);
        revision.set_in_force_from(policy::rfc3339(kept.in_force));
    }
    return answer;
}

Result<PolicyText> Gatekeeper::policy_revision(std::string_view revision) {
    for (auto& kept : KG_TRY(parts_.ledger.revisions()))
        if (kept.id == revision) return PolicyText{std::move(kept.text), std::move(kept.id)};
    return Error{ErrorCode::not_found,
                 fmt::format("no revision '{}' is kept: GET /v1/policy/revisions lists them", revision)};
}

PolicyVerdict Gatekeeper::validate(std::string_view text) {
    return store_.validate(text);
}

std::shared_ptr<void> Gatekeeper::subscribe(std::function<void(v1::Event const&)> listener) {
    return events_.subscribe(std::move(listener));
}

}  // namespace kindgate::control
