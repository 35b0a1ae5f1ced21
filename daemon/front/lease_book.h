// The leases that the kernel holds because of us: what has to be written, what is there already, what has to go. No
// clock and no kernel: told what was answered, it says what to grant.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

#include "base/zeroed_array.h"
#include "kernel/address_leases.h"

namespace kindgate::front {

using Steady = std::chrono::steady_clock;

class LeaseBook {
public:
    struct Limits {
        std::size_t per_slot = 2048;
        // Of a family. Half of what the kernel's map takes: what was leased before a restart is still there.
        std::size_t in_all = 65536;
        std::chrono::seconds least_grace{120};  // a client may use an address a little longer than its TTL
    };

    // `seed` keys the hash of addresses, which anybody may choose.
    LeaseBook(Limits limits, std::uint64_t seed);

    // What a name is about, and which categories are limited for the device that asks.
    struct Use {
        CategoryId category = category_unremarkable;
        CategorySet limited{};
    };

    // An address is about to be answered with this TTL. Adds to `batch` the grant for it, unless it is leased for long
    // enough and has more than half its time left; and what goes because of it: the oldest of the slot, or of all.
    // Granted is TTL plus grace, the grace as long as the TTL. Of several names' categories the least restricted holds
    // while its lease lasts; of two that are limited the later.
    void answered(Slot slot, IpAddress const& address, Use const& use, std::chrono::seconds ttl, Steady::time_point now,
                  std::vector<kernel::AddressGrant>& batch);
    // The kernel refused the batch: nothing of it counts as written.
    void refused(std::span<kernel::AddressGrant const> batch);
    // All that has not ended, to be granted again after the kernel lost it.
    std::vector<kernel::AddressGrant> all(Steady::time_point now) const;
    // Looks at so many, going round, and takes out what has ended, so that it doesn't stand for what hasn't.
    void forget_ended(Steady::time_point now, std::size_t most);
    std::size_t size() const { return std::size_t{all_[0].size} + all_[1].size; }

private:
    static constexpr std::uint32_t none = 0;  // entries are numbered from 1
    struct Links {
        std::uint32_t before = none, after = none;
    };
    struct Entry {
        Steady::time_point until;
        std::chrono::seconds granted{};
        IpAddress address;
        Slot slot;  // none: free
        CategoryId category = 0;
        std::uint32_t next_in_bucket = none;
        Links in_slot, in_all;  // oldest first
    };
    struct List {
        std::uint32_t oldest = none, newest = none;
        std::uint32_t size = 0;
    };

    List& all_of(IpAddress const& address) { return all_[address.family() == IpAddress::Family::v4 ? 0 : 1]; }
    std::uint32_t& bucket(Slot slot, IpAddress const& address);
    std::uint32_t find(Slot slot, IpAddress const& address);
    std::uint32_t add(Slot slot, IpAddress const& address, Steady::time_point now,
                      std::vector<kernel::AddressGrant>& batch);
    void remove(std::uint32_t index);
    void evict(std::uint32_t index, Steady::time_point now, std::vector<kernel::AddressGrant>& batch);
    void append(List& list, Links Entry::* links, std::uint32_t index);
    void unlink(List& list, Links Entry::* links, std::uint32_t index);

    Limits limits_;
    std::uint64_t seed_;
    std::vector<Entry> entries_;
    std::vector<std::uint32_t> free_;
    ZeroedArray<std::uint32_t> buckets_;
    ZeroedArray<List> slots_;
    std::array<List, 2> all_;  // by family
    std::uint32_t cursor_ = 0;
};

}  // namespace kindgate::front
