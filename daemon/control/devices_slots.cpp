// Devices: who gets which slot, and who loses one.
#include <algorithm>

#include <fmt/format.h>

#include "devices.h"

namespace kindgate::control {

namespace {

constexpr std::chrono::minutes too_fast_silence{1};

}  // namespace

std::set<Slot> Devices::held() const {
    std::set<Slot> held;
    for (auto const& [id, device] : devices_)
        if (device.record.slot.valid()) held.insert(device.record.slot);
    return held;
}

// Flows carry their slot for life. So where addresses changed hands, their flows either go along (they were all of the
// old slot's and went to one place) or end; and a slot that nobody holds cools until that has happened.
void Devices::settle(SlotOf const& before, std::set<Slot> const& held_before) {
    forget_index();
    auto const& after = slots();
    struct Left {
        std::set<Slot> to;
        bool some_stay = false;
    };
    std::map<Slot, Left> left;
    for (auto const& [mac, slot] : before) {
        auto const now = after.find(mac);
        auto const to = now == after.end() ? Slot{} : now->second;
        if (to == slot)
            left[slot].some_stay = true;
        else
            left[slot].to.insert(to);
    }
    auto const held_now = held();
    for (auto const& slot : held_before) {
        auto const& one = left[slot];
        bool const gone = !held_now.contains(slot);
        if (gone) pool_.cool(slot);
        if (!gone && one.to.empty()) continue;
        bool const together = one.to.size() == 1 && !one.some_stay;
        flow_changes_.push_back({slot, together ? *one.to.begin() : Slot{}});
    }
    without_slot_.clear();
    for (auto const& [id, device] : devices_)
        if (!device.record.slot.valid() && !device.macs.empty()) without_slot_.insert(id);
}

void Devices::flows_changed(std::size_t count) {
    auto const end = flow_changes_.begin() + static_cast<std::ptrdiff_t>(std::min(count, flow_changes_.size()));
    for (auto change = flow_changes_.begin(); change != end; ++change) pool_.cooled(change->from);
    flow_changes_.erase(flow_changes_.begin(), end);
}

void Devices::let_in_all() {
    for (auto& [mac, waiting] : waiting_) waiting.let_in = true;
}

bool Devices::admit(Moment const& now) {
    next_admission_.reset();
    if (without_slot_.empty() && waiting_.empty()) return false;
    std::size_t lacking = 0;
    bool changed = admit_placed(lacking);
    changed = admit_newcomers(now, lacking) || changed;
    save_dirty();
    // Slots that cool are free in a moment: only what is lacking beyond them is taken from somebody.
    if (lacking > flow_changes_.size()) changed = recycle(lacking - flow_changes_.size()) || changed;
    if (changed) return true;
    for (auto& [mac, waiting] : waiting_) {
        if (!waiting.let_in || waiting.told) continue;
        waiting.told = true;
        events_.tell(v1::Event::DEVICE_WITHOUT_SLOT,
                     fmt::format("{} on {} has no access: all slots are taken by devices that are placed or present",
                                 mac.text(), waiting.interface),
                     {.profile = {}, .device = mac.text(), .mode = {}, .until = {}});
    }
    for (auto const& id : without_slot_) {
        if (!told_without_slot_.insert(id).second) continue;
        events_.tell(v1::Event::DEVICE_WITHOUT_SLOT,
                     fmt::format("'{}' has no access: all slots are taken; raise `slots` in the board file, or place "
                                 "fewer devices",
                                 id),
                     {.profile = {}, .device = id, .mode = {}, .until = {}});
    }
    return false;
}

bool Devices::admit_placed(std::size_t& lacking) {
    bool changed = false;
    for (auto at = without_slot_.begin(); at != without_slot_.end();) {
        auto const slot = pool_.take_lowest();
        if (!slot.valid()) {
            ++lacking;
            ++at;
            continue;
        }
        devices_.at(*at).record.slot = slot;
        forget_index();
        end_unknown_flows(slot);
        dirty_.insert(*at);
        told_without_slot_.erase(*at);
        at = without_slot_.erase(at);
        changed = true;
    }
    return changed;
}

bool Devices::admit_newcomers(Moment const& now, std::size_t& lacking) {
    std::vector<std::pair<std::uint64_t, Mac>> order;
    order.reserve(waiting_.size());
    for (auto const& [mac, waiting] : waiting_) order.emplace_back(waiting.order, mac);
    std::ranges::sort(order);
    bool changed = false;
    for (auto const& [number, mac] : order) {
        auto& waiting = waiting_.at(mac);
        if (!waiting.let_in) waiting.let_in = gate_.let_in(waiting.interface, now.steady);
        if (!waiting.let_in) {
            auto const next = gate_.next(waiting.interface, now.steady);
            if (!next_admission_ || next < *next_admission_) next_admission_ = next;
            tell_too_fast(waiting.interface, now.steady);
            continue;
        }
        auto const slot = pool_.take_lowest();
        if (!slot.valid()) {
            ++lacking;
            continue;
        }
        make_newcomer(mac, waiting, slot);
        waiting_.erase(mac);
        changed = true;
    }
    return changed;
}

void Devices::end_unknown_flows(Slot slot) {
    if (flows_unknown_ && flows_known_.insert(slot).second) flow_changes_.push_back({slot, {}});
}

void Devices::make_newcomer(Mac const& mac, Waiting const& waiting, Slot slot) {
    auto& device = make({.id = mac.text(),
                         .display_name = {},
                         .macs = {mac},
                         .slot = slot,
                         .placed_profile = {},
                         .host_name = host_name(mac),
                         .first_seen = waiting.since,
                         .last_seen = waiting.since});
    device.macs = {mac};
    forget_index();
    owners_[mac] = device.id();
    end_unknown_flows(slot);
    dirty_.insert(device.id());
    place_by_policy(device);
    auto const profile = device.profile ? policy_->profiles[*device.profile].id : std::string{};
    auto const name = device.record.host_name.empty() ? "" : fmt::format(" ({})", device.record.host_name);
    events_.tell(v1::Event::DEVICE_NEW,
                 fmt::format("a new device on {}: {}{}; {}", waiting.interface, mac.text(), name,
                             profile.empty() ? "it has no access until somebody places it"
                                             : fmt::format("it gets profile '{}'", profile)),
                 {.profile = profile, .device = mac.text(), .mode = {}, .until = {}});
}

// The longest unseen lose theirs; who is here keeps it.
bool Devices::recycle(std::size_t count) {
    std::vector<std::pair<policy::Instant, std::string>> candidates;
    for (auto const& [id, device] : devices_)
        if (!device.placed() && device.record.placed_profile.empty() && device.record.slot.valid() && !present(device))
            candidates.emplace_back(device.record.last_seen, id);
    std::ranges::sort(candidates);
    candidates.resize(std::min(candidates.size(), count));
    if (candidates.empty()) return false;
    auto const before = slots();
    auto const held_before = held();
    for (auto const& [seen, id] : candidates) drop(id);
    settle(before, held_before);
    return true;
}

void Devices::drop(std::string const& id) {
    auto const found = devices_.find(id);
    for (auto const& mac : found->second.macs) {
        owners_.erase(mac);
        if (!sightings_.present(mac)) sightings_.forget(mac);
    }
    dirty_.erase(id);
    told_without_slot_.erase(id);
    devices_.erase(found);
    if (auto const forgotten = ledger_.forget(id); !forgotten.ok()) storage_failed(forgotten.error());
}

void Devices::tell_too_fast(std::string const& interface, Steady::time_point now) {
    auto const told = told_too_fast_.find(interface);
    if (told != told_too_fast_.end() && now - told->second < too_fast_silence) return;
    told_too_fast_[interface] = now;
    events_.tell(v1::Event::DEVICE_WITHOUT_SLOT,
                 fmt::format("new devices come too fast on {}: some wait without access (newcomers_per_minute in the "
                             "board file)",
                             interface));
}

}  // namespace kindgate::control
