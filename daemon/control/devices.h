// Who is who: from hardware addresses to devices, their profiles and their slots.
//
// A device is the policy file's (its id, its addresses, its profile), or the ledger's: placed by hand, or a newcomer
// that was seen. The file beats the hand: an address that the file names belongs to the file's device, whatever the
// ledger says. The ledger keeps of a file's device its slot and the addresses that were added by hand; of others
// everything.
//
// Slots: every device that the file or a hand has placed keeps its slot for life, from the moment it is known.
// Newcomers get the lowest free one, at a limited rate; when none is left, the newcomer that was away longest loses its
// own. A slot is given to another device only after the kernel has forgotten the old one: the owner of this object
// applies a plan without it, then carries out flow_changes(), then calls admit() again.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/flat_map.h"
#include "event_hub.h"
#include "ledger/ledger.h"
#include "newcomer_gate.h"
#include "policy/plan.h"
#include "sightings.h"
#include "slot_pool.h"

namespace kindgate::control {

struct Device {
    ledger::DeviceRecord record;  // as the ledger has it, or will
    std::vector<Mac> macs;        // all that are its now; sorted
    std::optional<std::size_t> profile;
    policy::PlacedBy by = policy::PlacedBy::newcomer;

    std::string const& id() const { return record.id; }
    bool placed() const { return by == policy::PlacedBy::file || by == policy::PlacedBy::hand; }
};

// A newcomer that is here and has no slot yet.
struct Waiting {
    std::string interface;
    policy::Instant since{};
    std::uint64_t order = 0;
    bool let_in = false;  // not too fast; it waits for a slot
    bool told = false;
};

// What to do with flows in the kernel after the next plan is in force.
struct FlowChange {
    Slot from;
    Slot to;  // not valid: they end
    bool operator==(FlowChange const&) const = default;
};

class Devices {
public:
    struct Limits {
        std::uint16_t slots;
        unsigned newcomers_per_minute;
    };
    // Both must outlive this object.
    Devices(ledger::Ledger& ledger, EventHub& events, Limits limits);

    // At start, before anything else. `flows_unknown`: the ledger was lost, so flows in the kernel may carry any slot.
    void load(std::vector<ledger::DeviceRecord> records, bool flows_unknown);
    // Null: none is in force.
    void set_policy(std::shared_ptr<policy::Policy const> policy, policy::Instant now);

    // From the network. True: plan anew.
    bool seen(kernel::Neighbour const& neighbour, policy::Instant now);
    bool seen_all(std::vector<kernel::Neighbour> const& all, policy::Instant now);
    // Who waits now may come in whatever the rate: the gate came to them, not they to the gate.
    void let_in_all();
    void set_host_names(std::unordered_map<Mac, std::string> names);

    // A person's word; the policy file does not name `mac`. Kept before it takes effect. `target`: profile or device
    // id.
    Result<Device const*> place(Mac mac, std::string const& target, std::string const& name, policy::Instant now);

    // Gives slots to those who wait. True: plan anew, and come again.
    bool admit(Moment const& now);
    // When a newcomer that came too fast may be admitted.
    std::optional<Steady::time_point> next_admission() const { return next_admission_; }

    std::vector<FlowChange> const& flow_changes() const { return flow_changes_; }
    // The first `count` of them were carried out.
    void flows_changed(std::size_t count);

    // Writes what changed since, and when present devices were last seen.
    void flush(policy::Instant now);

    // For the plan, by slot; borrowed from this object until it changes.
    std::span<policy::PlannedDevice const> planned() const;
    FlatMap<Mac, Slot> const& slots() const;

    std::map<std::string, Device> const& all() const { return devices_; }
    std::map<Mac, Waiting> const& waiting() const { return waiting_; }
    // By id or hardware address; null: unknown.
    Device const* find(std::string_view id_or_mac) const;
    Sightings const& sightings() const { return sightings_; }
    bool present(Device const& device) const;
    std::string host_name(Mac const& mac) const;

private:
    using SlotOf = FlatMap<Mac, Slot>;

    // What a plan needs of all devices: made when it is asked for, then kept until they change.
    struct Index {
        std::vector<policy::PlannedDevice> planned;
        SlotOf slots;
    };
    Index const& index() const;
    // Slots, addresses or profiles are others now.
    void forget_index() { index_.reset(); }

    Device* owner(Mac const& mac);
    Device& make(ledger::DeviceRecord record);
    Device& named(std::string const& id);
    void drop(std::string const& id);
    // Flows and slots after devices were made, dropped or changed.
    void settle(SlotOf const& before, std::set<Slot> const& held_before);
    std::set<Slot> held() const;

    void take_over_from_newcomers(policy::Device const& said, Device& device);
    void assign_macs();
    void drop_empty();
    bool place_by_policy(Device& device);
    policy::Placement placement_of(Device const& device) const;
    policy::Placement placement_by_network(Device const& device) const;

    void queue_unowned(policy::Instant now);
    void touch(Device& device, policy::Instant now);
    bool admit_placed(std::size_t& lacking);
    bool admit_newcomers(Moment const& now, std::size_t& lacking);
    void end_unknown_flows(Slot slot);
    void make_newcomer(Mac const& mac, Waiting const& waiting, Slot slot);
    bool recycle(std::size_t count);
    void tell_too_fast(std::string const& interface, Steady::time_point now);
    void save_dirty();
    void storage_failed(Error const& error);

    // What a hand's placement makes of the records, before it is kept.
    struct Change {
        std::vector<ledger::DeviceRecord> put;  // the first is the device that was placed
        std::vector<std::string> forget;
    };
    Result<Change> placement(Mac mac, std::string const& target, std::string const& name) const;
    Result<ledger::DeviceRecord> placed_record(Mac mac, std::string const& target) const;
    void leave_record(Mac mac, std::string const& new_id, Change& change) const;
    Error no_such_target(std::string const& target) const;

    ledger::Ledger& ledger_;
    EventHub& events_;
    SlotPool pool_;
    NewcomerGate gate_;
    std::shared_ptr<policy::Policy const> policy_;
    std::map<std::string, Device> devices_;        // by id
    mutable std::optional<Index> index_;           // none: they changed since
    std::unordered_map<Mac, std::string> owners_;  // address -> device id
    std::map<Mac, Waiting> waiting_;
    std::uint64_t next_order_ = 0;
    std::set<std::string> without_slot_;  // ids
    std::set<std::string> told_without_slot_;
    std::set<std::string> dirty_;  // ids whose record the ledger doesn't have yet
    std::vector<FlowChange> flow_changes_;
    std::optional<Steady::time_point> next_admission_;
    std::map<std::string, Steady::time_point> told_too_fast_;  // by interface
    Sightings sightings_;
    std::unordered_map<Mac, std::string> host_names_;
    bool flows_unknown_ = false;
    std::set<Slot> flows_known_;  // given out since
    bool storage_failed_ = false;
};

}  // namespace kindgate::control
