// What the kernel's table shall hold, and the interface by which control asks for it. `Table` is what tests fake;
// `kernel/nft_table.h` has the real one. Control thread only.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/category.h"
#include "base/flat_map.h"
#include "base/ids.h"
#include "base/result.h"

namespace kindgate::kernel {

using Steady = std::chrono::steady_clock;

// Where the gate listens for its devices. Chain `ask` leads to the first two what they ask of whatever server.
inline constexpr std::uint16_t dns_port = 5300;  // UDP and TCP
inline constexpr std::uint16_t web_port = 5380;  // TCP: plain web requests of slots without access, and to the gate
inline constexpr std::uint16_t tls_port = 5443;  // TCP: devices ask there, by TLS, how long they have access

// A slot's use of a category, which may need a lease of its own.
struct SlotCategory {
    Slot slot;
    CategoryId category = category_unknown;  // 0 to 63

    // As in the connection mark: bits 0-13 slot, 14-19 category.
    constexpr std::uint32_t mark() const { return slot.number() | std::uint32_t{category} << 14U; }
    auto operator<=>(SlotCategory const&) const = default;
};

// The wanted content of table `inet kindgate` (docs/kernel-contract.md). Ends are on the steady clock: the kernel's
// timeouts don't follow the calendar; the caller converts. nullopt: no timeout.
struct Wanted {
    using End = std::optional<Steady::time_point>;

    std::set<std::string> lan;      // interface names, 1 to 15 characters
    FlatMap<Mac, Slot> slots;       // MAC -> slot
    FlatMap<Slot, End> access;      // lease: the network; not of slots in LEARNING
    FlatSet<Slot> learning;         // slots in LEARNING: what is granted passes
    FlatMap<Slot, End> asked;       // lease: the gate answers the slot's DNS
    FlatSet<SlotCategory> limited;  // needs a grant; category_unknown: only addresses resolved by the gate are reached
    FlatMap<SlotCategory, End> granted;  // lease: the category, for slots in LEARNING or where it is limited
    FlatSet<std::uint32_t> lan_index;    // indexes of the interfaces of `lan` that are there, from 1
    bool operator==(Wanted const&) const = default;
};

// What was done to bring the kernel's table to Wanted.
struct Applied {
    std::size_t changes = 0;  // elements added, extended or deleted
    bool installed = false;   // the table was missing or foreign and was installed whole
};

class Table {
public:
    virtual ~Table() = default;

    // Brings the kernel to `wanted` in one atomic batch of the difference, waits for the acknowledgement. On an error
    // nothing of the batch is in force. Retries once from a fresh dump if the kernel's table was not as remembered.
    // Leases whose end differs from the present one by less than 50 ms are left alone.
    virtual Result<Applied> apply(Wanted const& wanted) = 0;

    // Builds the batch for `wanted` now, so that send_prepared() at the edge costs only the send. A later prepare() or
    // apply() drops it.
    virtual Result<void> prepare(Wanted const& wanted) = 0;
    // Timeouts are counted from the moment of this call. Falls back to apply() where the table changed meanwhile.
    virtual Result<Applied> send_prepared() = 0;

    // Re-reads the kernel's table and forgets what was remembered (after ENOBUFS, at start, when somebody touched it).
    // A table that isn't ours as we would build it counts as missing: the next apply() installs it whole.
    virtual Result<void> resync() = 0;

    // Deletes the table; no error if there is none.
    virtual Result<void> remove() = 0;

    // Called when somebody else changed our table, or messages were lost. The callee calls resync() and apply().
    virtual void on_foreign_change(std::function<void()> callback) = 0;
    // The descriptor to poll for reading; at readability call read_events().
    virtual int event_descriptor() const = 0;
    virtual void read_events() = 0;
};

// Connection tracking entries by slot.
class Flows {
public:
    virtual ~Flows() = default;
    // Deletes the entries whose marks have these slots (before a slot is given to another device). However many slots:
    // the kernel's whole list of flows is walked once, which takes it milliseconds.
    virtual Result<std::size_t> end(std::vector<Slot> const& slots) = 0;
    // Moves them to another slot: a newcomer's MAC became one more of a device.
    virtual Result<std::size_t> move(Slot from, Slot to) = 0;
};

}  // namespace kindgate::kernel
