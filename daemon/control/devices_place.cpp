// Devices: what the policy file and people's hands say of them.
#include <algorithm>

#include <fmt/format.h>

#include "devices.h"

namespace kindgate::control {

void Devices::set_policy(std::shared_ptr<policy::Policy const> policy, policy::Instant now) {
    auto const before = slots();
    auto const held_before = held();
    policy_ = std::move(policy);
    if (policy_) {
        for (auto const& said : policy_->devices) take_over_from_newcomers(said, named(said.id));
        save_dirty();
    }
    assign_macs();
    if (policy_) drop_empty();
    for (auto& [id, device] : devices_) place_by_policy(device);
    queue_unowned(now);
    settle(before, held_before);
}

// Who has been placed in the meantime waits no more; who is placed no more, and is here, comes in as a newcomer.
void Devices::queue_unowned(policy::Instant now) {
    std::erase_if(waiting_, [&](auto const& one) { return owners_.contains(one.first); });
    for (auto const& mac : sightings_.all_present()) {
        if (owners_.contains(mac)) continue;
        auto const interface = sightings_.of(mac).front().interface;
        waiting_.try_emplace(mac, Waiting{.interface = interface, .since = now, .order = next_order_++});
    }
}

// A device that the file names for the first time goes on with the slot that it had as a newcomer: its flows carry it.
void Devices::take_over_from_newcomers(policy::Device const& said, Device& device) {
    if (device.record.slot.valid()) return;
    for (auto const& mac : said.macs) {
        auto* const newcomer = owner(mac);
        if (newcomer == nullptr || newcomer == &device || newcomer->by == policy::PlacedBy::file) continue;
        auto& record = newcomer->record;
        if (!record.slot.valid() || newcomer->macs.size() != 1) continue;
        device.record.slot = record.slot;
        device.record.host_name = record.host_name;
        device.record.first_seen = record.first_seen;
        device.record.last_seen = record.last_seen;
        dirty_.insert(device.id());
        record.slot = {};
        return;
    }
}

// Each address to one device: the file's word first, then the ledger's.
void Devices::assign_macs() {
    owners_.clear();
    for (auto& [id, device] : devices_) device.macs.clear();
    auto const give = [&](Mac const& mac, Device& device) {
        if (owners_.try_emplace(mac, device.id()).second) device.macs.push_back(mac);
    };
    if (policy_)
        for (auto const& said : policy_->devices)
            for (auto const& mac : said.macs) give(mac, devices_.at(said.id));
    for (auto& [id, device] : devices_) {
        for (auto const& mac : device.record.macs) give(mac, device);
        std::ranges::sort(device.macs);
    }
}

// A device without an address is kept while the file or a hand speaks of it (the hand's, for the day the file no longer
// names its addresses; without a slot until then).
void Devices::drop_empty() {
    std::vector<std::string> empty;
    for (auto& [id, device] : devices_) {
        if (!device.macs.empty() || policy_->find_device(id)) continue;
        if (device.record.placed_profile.empty()) {
            empty.push_back(id);
        } else if (device.record.slot.valid()) {
            device.record.slot = {};
            dirty_.insert(id);
        }
    }
    for (auto const& id : empty) drop(id);
}

// True if its profile is another now.
bool Devices::place_by_policy(Device& device) {
    auto const placement = placement_of(device);
    device.by = placement.by;
    if (device.profile == placement.profile) return false;
    device.profile = placement.profile;
    forget_index();
    return true;
}

policy::Placement Devices::placement_of(Device const& device) const {
    if (!policy_) return {};
    if (auto const named = policy_->find_device(device.id()))
        return {policy_->devices[*named].profile, policy::PlacedBy::file};
    auto const hand = policy_->find_profile(device.record.placed_profile);
    if (hand && !device.record.placed_profile.empty()) return {hand, policy::PlacedBy::hand};
    return placement_by_network(device);
}

policy::Placement Devices::placement_by_network(Device const& device) const {
    std::map<std::string, std::vector<IpAddress>> where;
    for (auto const& mac : device.macs)
        for (auto const& sighting : sightings_.of(mac)) where[sighting.interface].push_back(sighting.address);
    for (auto const& [interface, addresses] : where) {
        auto const placement = policy::place_by_network(*policy_, {interface, addresses});
        if (placement.by == policy::PlacedBy::network) return placement;
    }
    return policy::place_by_network(*policy_, {});
}

Error Devices::no_such_target(std::string const& target) const {
    std::string known;
    auto const add = [&](std::string const& id) { known += (known.empty() ? "" : ", ") + id; };
    for (auto const& profile : policy_->profiles) add(profile.id);
    for (auto const& device : policy_->devices) add(device.id);
    return {ErrorCode::not_found,
            fmt::format("there is no profile or device '{}': write one of {}, or the hardware address of a device that "
                        "`kindgate devices` shows",
                        target, known)};
}

// The record of the device that `mac` becomes one of.
Result<ledger::DeviceRecord> Devices::placed_record(Mac mac, std::string const& target) const {
    auto const* const owner = find(mac.text());
    if (policy_->find_profile(target)) {
        // The whole device goes along, unless it is the file's: then the address leaves it.
        ledger::DeviceRecord record;
        record.id = mac.text();
        record.macs = {mac};
        if (owner != nullptr && owner->by != policy::PlacedBy::file) record = owner->record;
        record.placed_profile = target;
        return record;
    }
    auto const* const device = find(target);
    if (device == nullptr) return no_such_target(target);
    if (!device->placed())
        return Error{ErrorCode::conflict,
                     fmt::format("nobody has placed the device {} yet: place it in a profile first", target)};
    auto record = device->record;
    if (device == owner) return record;
    record.macs.push_back(mac);
    std::ranges::sort(record.macs);
    return record;
}

// What is left of the device that the address leaves. Named after an address that it no longer has, it gets another
// name.
void Devices::leave_record(Mac mac, std::string const& new_id, Change& change) const {
    auto const* const owner = find(mac.text());
    if (owner == nullptr || owner->id() == new_id) return;
    auto left = owner->record;
    std::erase(left.macs, mac);
    if (left.id != mac.text()) {
        change.put.push_back(left);
        return;
    }
    change.forget.push_back(left.id);
    if (left.macs.empty()) return;
    left.id = left.macs.front().text();
    change.put.push_back(left);
}

Result<Devices::Change> Devices::placement(Mac mac, std::string const& target, std::string const& name) const {
    Change change;
    auto record = KG_TRY(placed_record(mac, target));
    if (!name.empty()) record.display_name = name;
    leave_record(mac, record.id, change);
    auto const* const old = find(mac.text());
    if (!record.slot.valid() && old != nullptr && old->by != policy::PlacedBy::file &&
        old->record.macs == std::vector{mac} && old->id() != record.id) {
        // As the file's devices do: on with the slot that its flows carry.
        record.slot = old->record.slot;
        record.first_seen = old->record.first_seen;
        record.last_seen = old->record.last_seen;
    }
    change.put.insert(change.put.begin(), record);
    return change;
}

Result<Device const*> Devices::place(Mac mac, std::string const& target, std::string const& name, policy::Instant now) {
    if (!policy_) return Error{ErrorCode::unavailable, "no policy is in force: correct the policy file first"};
    auto const change = KG_TRY(placement(mac, target, name));
    KG_TRY(ledger_.put_all(change.put));
    for (auto const& id : change.forget) KG_TRY(ledger_.forget(id));

    auto const before = slots();
    auto const held_before = held();
    for (auto const& id : change.forget) devices_.erase(id);
    for (auto const& record : change.put) make(record);
    assign_macs();
    for (auto& [id, device] : devices_) place_by_policy(device);
    queue_unowned(now);
    settle(before, held_before);
    return &devices_.at(change.put.front().id);
}

}  // namespace kindgate::control
