// Devices: what comes from the ledger and the network. Placement stands in devices_place.cpp, slots in
// devices_slots.cpp.
#include "devices.h"

#include <algorithm>

#include <fmt/format.h>

namespace kindgate::control {

Devices::Devices(ledger::Ledger& ledger, EventHub& events, Limits limits)
    : ledger_(ledger), events_(events), pool_(limits.slots), gate_(limits.newcomers_per_minute) {}

void Devices::load(std::vector<ledger::DeviceRecord> records, bool flows_unknown) {
    flows_unknown_ = flows_unknown;
    for (auto& record : records) {
        // The board may have fewer slots than before.
        if (record.slot.valid() && !pool_.take(record.slot)) {
            flow_changes_.push_back({record.slot, {}});
            record.slot = {};
        }
        make(std::move(record));
    }
    set_policy(nullptr, {});
}

Device& Devices::make(ledger::DeviceRecord record) {
    auto& device = devices_[record.id];
    device.record = std::move(record);
    return device;
}

// The device with this id, made if there is none.
Device& Devices::named(std::string const& id) {
    auto& device = devices_[id];
    device.record.id = id;
    return device;
}

Device* Devices::owner(Mac const& mac) {
    auto const found = owners_.find(mac);
    return found == owners_.end() ? nullptr : &devices_.at(found->second);
}

Device const* Devices::find(std::string_view id_or_mac) const {
    if (auto const found = devices_.find(std::string{id_or_mac}); found != devices_.end()) return &found->second;
    auto const mac = Mac::parse(id_or_mac);
    if (!mac.ok()) return nullptr;
    auto const found = owners_.find(*mac);
    return found == owners_.end() ? nullptr : &devices_.at(found->second);
}

bool Devices::present(Device const& device) const {
    return std::ranges::any_of(device.macs, [&](Mac const& mac) { return sightings_.present(mac); });
}

std::string Devices::host_name(Mac const& mac) const {
    auto const found = host_names_.find(mac);
    return found == host_names_.end() ? "" : found->second;
}

bool Devices::seen(kernel::Neighbour const& neighbour, policy::Instant now) {
    bool const changed = sightings_.update(neighbour);
    if (auto* device = owner(neighbour.mac)) {
        bool const replan = changed && !device->placed() && place_by_policy(*device);
        if (changed || neighbour.present) touch(*device, now);
        // One that left may lose its slot to one that waits.
        return replan || (changed && !neighbour.present && !waiting_.empty());
    }
    if (sightings_.present(neighbour.mac)) {
        auto const arrived = Waiting{.interface = neighbour.interface, .since = now, .order = next_order_++};
        return waiting_.try_emplace(neighbour.mac, arrived).second;
    }
    waiting_.erase(neighbour.mac);
    sightings_.forget(neighbour.mac);
    return false;
}

bool Devices::seen_all(std::vector<kernel::Neighbour> const& all, policy::Instant now) {
    bool replan = false;
    for (auto const& gone : sightings_.gone(all)) replan = seen(gone, now) || replan;
    for (auto const& one : all) replan = seen(one, now) || replan;
    return replan;
}

void Devices::touch(Device& device, policy::Instant now) {
    auto& record = device.record;
    record.last_seen = now;
    for (auto const& mac : device.macs)
        if (auto name = host_name(mac); !name.empty()) record.host_name = std::move(name);
    if (record.first_seen == policy::Instant{}) {
        record.first_seen = now;
        dirty_.insert(record.id);
    }
    ledger_.touch(record.id, now, record.host_name);
}

void Devices::set_host_names(std::unordered_map<Mac, std::string> names) {
    host_names_ = std::move(names);
    for (auto const& [mac, name] : host_names_) {
        auto* const device = owner(mac);
        if (device == nullptr || device->record.host_name == name) continue;
        device->record.host_name = name;
        ledger_.touch(device->id(), device->record.last_seen, name);
    }
}

void Devices::flush(policy::Instant now) {
    for (auto& [id, device] : devices_)
        if (present(device)) touch(device, now);
    save_dirty();
    if (auto const flushed = ledger_.flush(); !flushed.ok()) storage_failed(flushed.error());
}

void Devices::save_dirty() {
    if (dirty_.empty()) return;
    std::vector<ledger::DeviceRecord> records;
    for (auto const& id : dirty_)
        if (auto const found = devices_.find(id); found != devices_.end()) records.push_back(found->second.record);
    if (auto const saved = ledger_.put_all(records); !saved.ok()) return storage_failed(saved.error());
    dirty_.clear();
    storage_failed_ = false;
}

void Devices::storage_failed(Error const& error) {
    if (storage_failed_) return;
    storage_failed_ = true;
    events_.tell(v1::Event::STORAGE_FAILED,
                 fmt::format("what is seen can't be kept ({}); the gate goes on from memory: make room on the disk, or "
                             "repair it",
                             error.message()));
}

Devices::Index const& Devices::index() const {
    if (index_) return *index_;
    Index made;
    std::vector<SlotOf::value_type> slots;
    for (auto const& [id, device] : devices_) {
        if (!device.record.slot.valid()) continue;
        made.planned.push_back({device.record.slot, device.id(), device.macs, device.profile});
        for (auto const& mac : device.macs) slots.emplace_back(mac, device.record.slot);
    }
    std::ranges::sort(made.planned, {}, &policy::PlannedDevice::slot);
    made.slots = SlotOf{std::move(slots)};
    return index_.emplace(std::move(made));
}

std::span<policy::PlannedDevice const> Devices::planned() const {
    return index().planned;
}

FlatMap<Mac, Slot> const& Devices::slots() const {
    return index().slots;
}

}  // namespace kindgate::control
