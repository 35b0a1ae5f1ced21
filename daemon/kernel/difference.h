// The first of the three steps of every change: what has to change, as a value. Pure: no clock, no socket, no bytes.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernel/nft_table.h"
#include "kernel/table.h"

namespace kindgate::kernel {

// Ends closer together than this count as equal (table.h). It is also how far the kernel's idea of a lease's end may
// lie from ours: its timeouts count ticks and begin when the batch is executed.
inline constexpr std::chrono::milliseconds end_tolerance{50};

// Of a slot, or of a slot and a category.
template <typename Key>
struct LeaseOf {
    Key key;
    std::optional<Steady::time_point> end;  // nullopt: no timeout
    bool operator==(LeaseOf const&) const = default;
};
using Lease = LeaseOf<Slot>;
using CategoryLease = LeaseOf<SlotCategory>;

struct Leases {
    std::vector<Lease> access;
    std::vector<Lease> asked;
    std::vector<CategoryLease> granted;
    bool operator==(Leases const&) const = default;
    std::size_t size() const { return access.size() + asked.size() + granted.size(); }
};

struct Elements {
    std::vector<std::string> lan;
    std::vector<std::pair<Mac, Slot>> slots;
    std::vector<Slot> learning;
    std::vector<SlotCategory> limited;
    std::vector<std::uint32_t> lan_index;
    Leases leases;
    bool operator==(Elements const&) const = default;
    std::size_t size() const {
        return lan.size() + slots.size() + learning.size() + limited.size() + lan_index.size() + leases.size();
    }
};

// A table with these elements, in whatever order they are.
Wanted content_of(Elements elements);

// In the order in which the batch carries them out.
struct Changes {
    bool install = false;  // the table is made anew first, whatever is there
    Leases ensure;  // added if missing, so that removing them can't fail: the kernel may have ended them meanwhile
    Elements remove;
    Elements add;   // refused (and the whole batch with it) if one is there already
    Leases extend;  // get another end in place
    bool operator==(Changes const&) const = default;

    bool empty() const { return !install && elements() == 0; }
    std::size_t elements() const { return ensure.size() + remove.size() + add.size() + extend.size(); }
    // Elements added, extended or deleted; one that is deleted and added counts once.
    std::size_t count() const;
};

enum class Sent {
    now,    // leases about to end are uncertain
    later,  // at some moment to come: every lease with an end is
};

// From the table's present content to the wanted one; `present` nullptr: there is no table of ours. Each is sorted.
Changes difference(Wanted const* present, Wanted const& wanted, Steady::time_point now, Extension extension, Sent sent);

// What the table holds after these changes. Leases that end by themselves stay in memory; difference() knows them to be
// over.
void carry_out(Changes const& changes, Wanted& present);

}  // namespace kindgate::kernel
