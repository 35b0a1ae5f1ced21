#include "mode_news.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

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

bool named_by_override(Device const& device, std::unordered_set<std::string_view> const& named) {
    if (named.empty()) return false;
    return named.contains(device.id()) ||
           std::ranges::any_of(device.macs, [&](Mac const& mac) { return named.contains(mac.text()); });
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

// Most profiles have a device that no override names: the plan knows their mode already.
std::map<std::string, policy::Mode> ModeNews::profile_modes(Situation const& situation, policy::Plan const& plan,
                                                            Devices const& devices, policy::Instant now) const {
    std::unordered_map<std::uint16_t, policy::Mode> by_slot;
    for (auto const& decision : plan.slots) by_slot.emplace(decision.slot.number(), decision.decision.mode);
    std::unordered_set<std::string_view> named;
    for (auto const& given : situation.overrides) named.insert(given.who);
    auto const& profiles = situation.policy->profiles;
    std::vector<std::optional<policy::Mode>> known(profiles.size());
    for (auto const& [id, device] : devices.all()) {
        if (!device.profile || known[*device.profile] || named_by_override(device, named)) continue;
        if (auto const found = by_slot.find(device.record.slot.number()); found != by_slot.end())
            known[*device.profile] = found->second;
    }
    std::map<std::string, policy::Mode> modes;
    for (std::size_t index = 0; index < profiles.size(); ++index) {
        policy::Subject const subject{*situation.policy, profiles[index], {}, {}};
        modes[profiles[index].id] = known[index] ? *known[index] : explain_now(situation, subject, now).decision.mode;
    }
    return modes;
}

void ModeNews::update(Situation const& situation, policy::Plan const& plan, Devices const& devices,
                      policy::Instant now) {
    if (situation.policy == nullptr) return;
    auto const modes = profile_modes(situation, plan, devices, now);
    for (auto const& profile : situation.policy->profiles) {
        auto const told = profiles_.find(profile.id);
        bool const another = told != profiles_.end() && told->second != modes.at(profile.id);
        if (!first_ && another) tell_profile(situation, profile, now);
    }
    std::unordered_map<std::uint16_t, policy::SlotDecision const*> by_slot;
    for (auto const& decision : plan.slots) by_slot.emplace(decision.slot.number(), &decision);
    std::map<std::string, policy::Mode> device_modes;
    for (auto const& [id, device] : devices.all()) {
        auto const found = by_slot.find(device.record.slot.number());
        if (found == by_slot.end() || !device.profile) continue;
        auto const mode = found->second->decision.mode;
        device_modes[id] = mode;
        auto const told = devices_.find(id);
        if (first_ || told == devices_.end() || told->second == mode) continue;
        // What goes for the whole profile was told already.
        auto const& profile = situation.policy->profiles[*device.profile].id;
        auto const before = profiles_.find(profile);
        bool const with_profile =
            before != profiles_.end() && before->second == told->second && modes.at(profile) == mode;
        if (!with_profile) tell_device(situation, *found->second, device, now);
    }
    profiles_ = modes;
    devices_ = std::move(device_modes);
    first_ = false;
}

void ModeNews::tell_profile(Situation const& situation, policy::Profile const& profile, policy::Instant now) {
    auto const explained = explain_now(situation, {*situation.policy, profile, {}, {}}, now);
    auto const until = explained.until ? until_in_words(*situation.policy, *explained.until, now) : "";
    events_.tell(v1::Event::MODE_CHANGED, sentence(profile.display_name, explained.decision, until),
                 {.profile = profile.id, .device = {}, .mode = explained.decision.mode, .until = explained.until});
}

void ModeNews::tell_device(Situation const& situation, policy::SlotDecision const& decision, Device const& device,
                           policy::Instant now) {
    auto const until = decision.until ? until_in_words(*situation.policy, *decision.until, now) : "";
    events_.tell(v1::Event::MODE_CHANGED, sentence(device_name(device, *situation.policy), decision.decision, until),
                 {.profile = situation.policy->profiles[*device.profile].id,
                  .device = device.id(),
                  .mode = decision.decision.mode,
                  .until = decision.until});
}

}  // namespace kindgate::control
