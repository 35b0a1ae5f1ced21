#include "mode_news.h"

#include <algorithm>
#include <functional>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "policy/calendar.h"

namespace kindgate::control {

namespace {

std::string sentence(std::string_view who, policy::Decision const& decision, std::string_view until) {
    auto const when = until.empty() ? std::string{} : fmt::format(" {}", until);
    return fmt::format("{}: {}{} ({})", who, in_words(decision.mode), when, decision.because.text);
}

std::string device_name(Device const& device, policy::Policy const& policy) {
    if (!device.record.display_name.empty()) return device.record.display_name;
    if (auto const named = policy.find_device(device.id())) return policy.devices[*named].display_name;
    return device.record.host_name.empty() ? device.id() : fmt::format("{} ({})", device.record.host_name, device.id());
}

// Makes `told` the list of these, each with what was told of it. Nearly always they are the same as last time.
template <typename Told, typename All>
void follow(std::vector<Told>& told, All const& all, auto id) {
    if (std::ranges::equal(told, all, {}, &Told::id, id)) return;
    std::unordered_map<std::string, Told> before;
    for (auto& one : told) before.emplace(one.id, std::move(one));
    told.clear();
    for (auto const& one : all) {
        auto const known = before.find(std::string{std::invoke(id, one)});
        told.push_back(known == before.end() ? Told{std::string{std::invoke(id, one)}} : std::move(known->second));
    }
}

}  // namespace

std::string in_words(policy::Mode mode) {
    switch (mode) {
        case policy::Mode::open: return "open";
        case policy::Mode::learning: return "learning only";
        case policy::Mode::off: return "off";
    }
    return {};
}

std::string until_in_words(policy::Policy const& policy, policy::Instant until, policy::Instant now) {
    return "until " + policy::say_instant(*policy.zone, until, now);
}

policy::Explanation explain_now(Situation const& situation, policy::Subject const& subject, policy::Instant now) {
    if (situation.untrusted_clock && subject.profile.depends_on_time())
        return {{*situation.untrusted_clock, {"untrusted_clock", "The gate doesn't know the time yet"}}, std::nullopt};
    return policy::explain(subject, situation.overrides, now);
}

void ModeNews::update(Situation const& situation, policy::Plan const& plan, Devices const& devices,
                      policy::Instant now) {
    if (situation.policy == nullptr) return;
    auto const& policy = *situation.policy;
    follow(profiles_, policy.profiles, &policy::Profile::id);
    follow(devices_, situation.devices, &policy::PlannedDevice::device_id);
    for (std::size_t i = 0; i < profiles_.size(); ++i) {
        auto const& outcome = plan.outcomes[i];
        if (!profiles_[i].mode || *profiles_[i].mode == outcome.decision.mode) continue;
        tell(policy.profiles[i].display_name, outcome,
             {.profile = profiles_[i].id, .device = {}, .mode = {}, .until = {}}, policy, now);
    }
    for (std::size_t i = 0; i < devices_.size(); ++i) {
        auto const& profile = situation.devices[i].profile;
        auto const& outcome = plan.of(plan.slots[i]);
        auto const name = [&] { return device_name(*devices.find(devices_[i].id), policy); };
        auto const about = [&] {
            return About{
                .profile = profile ? profiles_[*profile].id : "", .device = devices_[i].id, .mode = {}, .until = {}};
        };
        if (!devices_[i].opened.empty() || !outcome.opened.empty()) tell_closed(devices_[i], outcome, name(), about());
        auto const was = std::exchange(devices_[i].mode, profile ? std::optional{outcome.decision.mode} : std::nullopt);
        if (!was || !profile || *was == outcome.decision.mode) continue;
        // What goes for the whole profile was told already.
        auto const& whole = plan.outcomes[*profile].decision.mode;
        if (profiles_[*profile].mode == was && whole == outcome.decision.mode) continue;
        tell(name(), outcome, about(), policy, now);
    }
    for (std::size_t i = 0; i < profiles_.size(); ++i) profiles_[i].mode = plan.outcomes[i].decision.mode;
}

void ModeNews::tell_closed(Told& device, policy::Outcome const& outcome, std::string_view name, About const& about) {
    for (auto const& category : device.opened)
        if (std::ranges::find(outcome.opened, category, &policy::CategoryLease::category) == outcome.opened.end())
            events_.tell(v1::Event::CATEGORY_CLOSED, fmt::format("{} is closed again for {}", category, name), about);
    device.opened.clear();
    for (auto const& opened : outcome.opened) device.opened.push_back(opened.category);
}

void ModeNews::tell(std::string_view name, policy::Outcome const& outcome, About about, policy::Policy const& policy,
                    policy::Instant now) {
    about.mode = outcome.decision.mode;
    about.until = outcome.until;
    auto const until = outcome.until ? until_in_words(policy, *outcome.until, now) : "";
    events_.tell(v1::Event::MODE_CHANGED, sentence(name, outcome.decision, until), about);
}

}  // namespace kindgate::control
