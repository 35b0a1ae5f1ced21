#include "lease_book.h"

#include <algorithm>
#include <bit>

#include "hash.h"

namespace kindgate::front {

namespace {

// DESIGN: always reachable, then plain, then what the device may use at times only.
int openness(CategoryId category, CategorySet limited) {
    if (category == category_always_reachable) return 3;
    if (category == category_unremarkable) return 2;
    return limited.has(category) ? 0 : 1;
}

CategoryId least_restricted(CategoryId held, LeaseBook::Use const& wanted) {
    return openness(held, wanted.limited) > openness(wanted.category, wanted.limited) ? held : wanted.category;
}

}  // namespace

LeaseBook::LeaseBook(Limits limits, std::uint64_t seed)
    : limits_(limits), seed_(seed), entries_(1), buckets_(std::bit_ceil(limits.in_all)), slots_(Slot::max + 1U) {}

std::uint32_t& LeaseBook::bucket(Slot slot, IpAddress const& address) {
    auto const hash = keyed_hash(std::as_bytes(address.bytes()), seed_ ^ slot.number());
    return buckets_[hash & (buckets_.size() - 1)];
}

std::uint32_t LeaseBook::find(Slot slot, IpAddress const& address) {
    auto index = bucket(slot, address);
    while (index != none && (entries_[index].slot != slot || entries_[index].address != address))
        index = entries_[index].next_in_bucket;
    return index;
}

void LeaseBook::append(List& list, Links Entry::* links, std::uint32_t index) {
    entries_[index].*links = {list.newest, none};
    (list.newest == none ? list.oldest : (entries_[list.newest].*links).after) = index;
    list.newest = index;
    ++list.size;
}

void LeaseBook::unlink(List& list, Links Entry::* links, std::uint32_t index) {
    auto const [before, after] = entries_[index].*links;
    (before == none ? list.oldest : (entries_[before].*links).after) = after;
    (after == none ? list.newest : (entries_[after].*links).before) = before;
    --list.size;
}

void LeaseBook::remove(std::uint32_t index) {
    auto& entry = entries_[index];
    auto* at = &bucket(entry.slot, entry.address);
    while (*at != index) at = &entries_[*at].next_in_bucket;
    *at = entry.next_in_bucket;
    unlink(slots_[entry.slot.number()], &Entry::in_slot, index);
    unlink(all_of(entry.address), &Entry::in_all, index);
    entry.slot = {};
    free_.push_back(index);
}

void LeaseBook::evict(std::uint32_t index, Steady::time_point now, std::vector<kernel::AddressGrant>& batch) {
    auto const& entry = entries_[index];
    // One that was answered this turn stands in the batch already: the later element wins.
    if (entry.until > now) batch.push_back({entry.slot, entry.address, entry.category, std::chrono::seconds{0}});
    remove(index);
}

std::uint32_t LeaseBook::add(Slot slot, IpAddress const& address, Steady::time_point now,
                             std::vector<kernel::AddressGrant>& batch) {
    if (auto const& list = slots_[slot.number()]; list.size >= limits_.per_slot) evict(list.oldest, now, batch);
    if (auto const& list = all_of(address); list.size >= limits_.in_all) evict(list.oldest, now, batch);
    std::uint32_t index = 0;
    if (free_.empty()) {
        index = static_cast<std::uint32_t>(entries_.size());
        entries_.emplace_back();
    } else {
        index = free_.back();
        free_.pop_back();
    }
    auto& entry = entries_[index];
    entry = {};
    entry.slot = slot;
    entry.address = address;
    auto& first = bucket(slot, address);
    entry.next_in_bucket = first;
    first = index;
    append(slots_[slot.number()], &Entry::in_slot, index);
    append(all_of(address), &Entry::in_all, index);
    return index;
}

void LeaseBook::answered(Slot slot, IpAddress const& address, Use const& use, std::chrono::seconds ttl,
                         Steady::time_point now, std::vector<kernel::AddressGrant>& batch) {
    auto index = find(slot, address);
    if (index == none) {
        index = add(slot, address, now, batch);
    } else {
        // Answered again: the newest of its slot.
        unlink(slots_[slot.number()], &Entry::in_slot, index);
        append(slots_[slot.number()], &Entry::in_slot, index);
        unlink(all_of(address), &Entry::in_all, index);
        append(all_of(address), &Entry::in_all, index);
    }
    auto& entry = entries_[index];
    bool const held = entry.until > now;
    auto const holds = held ? least_restricted(entry.category, use) : use.category;
    if (held && holds == entry.category && entry.until - now >= ttl && (entry.until - now) * 2 > entry.granted) return;
    entry.category = holds;
    auto const wanted = ttl + std::max(ttl, limits_.least_grace);
    // A shorter TTL doesn't shorten what another answer was promised.
    entry.granted = held ? std::max(wanted, std::chrono::ceil<std::chrono::seconds>(entry.until - now)) : wanted;
    entry.until = now + entry.granted;
    batch.push_back({slot, address, holds, entry.granted});
}

void LeaseBook::forget_ended(Steady::time_point now, std::size_t most) {
    for (auto left = std::min(most, entries_.size()); left > 0; --left) {
        cursor_ = cursor_ + 1 < entries_.size() ? cursor_ + 1 : 0;
        if (entries_[cursor_].slot.valid() && entries_[cursor_].until <= now) remove(cursor_);
    }
}

void LeaseBook::refused(std::span<kernel::AddressGrant const> batch) {
    for (auto const& grant : batch)
        if (auto const index = find(grant.slot, grant.address); index != none) remove(index);
}

std::vector<kernel::AddressGrant> LeaseBook::all(Steady::time_point now) const {
    std::vector<kernel::AddressGrant> grants;
    grants.reserve(size());
    for (auto const& list : all_)
        for (auto index = list.oldest; index != none; index = entries_[index].in_all.after) {
            auto const& entry = entries_[index];
            auto const left = std::chrono::ceil<std::chrono::seconds>(entry.until - now);
            if (left.count() > 0) grants.push_back({entry.slot, entry.address, entry.category, left});
        }
    return grants;
}

}  // namespace kindgate::front
