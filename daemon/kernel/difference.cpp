#include "difference.h"

#include <algorithm>
#include <functional>
#include <iterator>

namespace kindgate::kernel {

namespace {

using Slots = FlatMap<Mac, Slot>;
template <typename Key>
using Ends = FlatMap<Key, Wanted::End>;

// Walks two sorted ranges of keys together: gone(a), fresh(b), both(a, b). Nearly always the keys are equal, so that is
// looked at first: four thousand devices are compared for every single override.
template <typename Range, typename Key, typename Gone, typename Fresh, typename Both>
void walk(Range const& present, Range const& wanted, Key key, Gone gone, Fresh fresh, Both both) {
    auto a = present.begin();
    auto b = wanted.begin();
    while (a != present.end() && b != wanted.end()) {
        if (key(*a) == key(*b)) {
            both(*a++, *b++);
        } else if (key(*a) < key(*b)) {
            gone(*a++);
        } else {
            fresh(*b++);
        }
    }
    while (a != present.end()) gone(*a++);
    while (b != wanted.end()) fresh(*b++);
}

template <typename Set, typename T>
void keys(Set const& present, Set const& wanted, std::vector<T>& remove, std::vector<T>& add) {
    walk(
        present, wanted, std::identity{}, [&](T const& key) { remove.push_back(key); },
        [&](T const& key) { add.push_back(key); }, [](T const&, T const&) {});
}

void slots(Slots const& present, Slots const& wanted, Changes& changes) {
    using Entry = Slots::value_type;
    walk(
        present, wanted, [](Entry const& entry) -> Mac const& { return entry.first; },
        [&](Entry const& entry) { changes.remove.slots.push_back(entry); },
        [&](Entry const& entry) { changes.add.slots.push_back(entry); },
        [&](Entry const& old, Entry const& fresh) {
            if (old.second == fresh.second) return;
            changes.remove.slots.push_back(old);
            changes.add.slots.push_back(fresh);
        });
}

struct When {
    Steady::time_point now;
    Extension extension;
    Sent sent;
};

// Of one set of leases.
template <typename Key>
class LeaseDifference {
public:
    using Lease = LeaseOf<Key>;
    using List = std::vector<Lease> Leases::*;

    LeaseDifference(When const& when, Changes& changes, List list)
        : now_(when.now),
          extension_(when.extension),
          sent_(when.sent),
          ensure_(changes.ensure.*list),
          remove_(changes.remove.leases.*list),
          add_(changes.add.leases.*list),
          extend_(changes.extend.*list) {}

    void compare(Ends<Key> const& present, Ends<Key> const& wanted) {
        walk(
            present, wanted, [](auto const& entry) -> Key const& { return entry.first; },
            [&](auto const& entry) { gone({entry.first, entry.second}); },
            [&](auto const& entry) { fresh({entry.first, entry.second}); },
            [&](auto const& old, auto const& entry) { both({old.first, old.second}, {entry.first, entry.second}); });
    }

private:
    // In the kernel it is over for certain.
    bool over(Lease const& lease) const { return lease.end && *lease.end + end_tolerance < now_; }
    // It ends by itself within the tolerance.
    bool ending(Lease const& lease) const { return lease.end && *lease.end < now_ + end_tolerance; }
    // At the moment of sending the kernel may have ended it.
    bool uncertain(Lease const& lease) const { return sent_ == Sent::later ? lease.end.has_value() : ending(lease); }
    bool worth_granting(Lease const& lease) const { return sent_ == Sent::later || !lease.end || *lease.end > now_; }

    void gone(Lease const& lease) {
        if (!ending(lease)) remove(lease);
    }

    void fresh(Lease const& lease) {
        if (worth_granting(lease)) add_.push_back(lease);
    }

    void both(Lease const& old, Lease const& wanted) {
        if (over(old)) return fresh(wanted);
        if (!worth_granting(wanted)) return gone(old);
        if (old.end && wanted.end) {
            auto const apart = *old.end < *wanted.end ? *wanted.end - *old.end : *old.end - *wanted.end;
            if (apart < end_tolerance) return;
            if (extension_ == Extension::in_place) return extend_.push_back(wanted);
        } else if (!old.end && !wanted.end) {
            return;
        }
        remove(old);
        add_.push_back(wanted);
    }

    void remove(Lease const& lease) {
        if (uncertain(lease)) ensure_.push_back({lease.key, std::nullopt});
        remove_.push_back(lease);
    }

    Steady::time_point now_;
    Extension extension_;
    Sent sent_;
    std::vector<Lease>& ensure_;
    std::vector<Lease>& remove_;
    std::vector<Lease>& add_;
    std::vector<Lease>& extend_;
};

// All are sorted by key. Linear, because a school's edge changes thousands of entries at once.
template <typename Range, typename Entry>
void merge(Range& into, std::vector<Entry> const& removed, std::vector<Entry> const& added, auto key) {
    if (removed.empty() && added.empty()) return;
    std::vector<Entry> left;
    left.reserve(into.size());
    std::ranges::set_difference(into, removed, std::back_inserter(left), {}, key, key);
    std::vector<Entry> all;
    all.reserve(left.size() + added.size());
    // Of equal keys the first range's entry is taken.
    std::ranges::set_union(added, left, std::back_inserter(all), {}, key, key);
    into = Range{sorted_unique, std::move(all)};
}

template <typename Key>
std::vector<typename Ends<Key>::value_type> entries(std::vector<LeaseOf<Key>> const& leases) {
    std::vector<typename Ends<Key>::value_type> entries;
    entries.reserve(leases.size());
    for (auto const& lease : leases) entries.emplace_back(lease.key, lease.end);
    return entries;
}

template <typename Key>
void carry_out_leases(Changes const& changes, std::vector<LeaseOf<Key>> Leases::* list, Ends<Key>& present) {
    constexpr auto key = &Ends<Key>::value_type::first;
    merge(present, entries(changes.remove.leases.*list), entries(changes.add.leases.*list), key);
    merge(present, {}, entries(changes.extend.*list), key);
}

// How many of the sorted keys of `removed` are not in `added`.
template <typename T, typename Key>
std::size_t only_removed(std::vector<T> const& removed, std::vector<T> const& added, Key key) {
    std::size_t count = 0;
    walk(removed, added, key, [&](T const&) { ++count; }, [](T const&) {}, [](T const&, T const&) {});
    return count;
}

template <typename Key>
std::size_t only_removed(Changes const& changes, std::vector<LeaseOf<Key>> Leases::* list) {
    return only_removed(changes.remove.leases.*list, changes.add.leases.*list,
                        [](LeaseOf<Key> const& lease) { return lease.key; });
}

}  // namespace

std::size_t Changes::count() const {
    return add.size() + extend.size() + remove.size() - remove.slots.size() - remove.leases.size() +
           only_removed(remove.slots, add.slots, [](auto const& entry) { return entry.first; }) +
           only_removed(*this, &Leases::access) + only_removed(*this, &Leases::asked) +
           only_removed(*this, &Leases::granted);
}

Wanted content_of(Elements elements) {
    return {
        {elements.lan.begin(), elements.lan.end()},           Slots{std::move(elements.slots)},
        Ends<Slot>{entries(elements.leases.access)},          FlatSet<Slot>{std::move(elements.learning)},
        Ends<Slot>{entries(elements.leases.asked)},           FlatSet<SlotCategory>{std::move(elements.limited)},
        Ends<SlotCategory>{entries(elements.leases.granted)}, FlatSet<std::uint32_t>{std::move(elements.lan_index)}};
}

Changes difference(Wanted const* present, Wanted const& wanted, Steady::time_point now, Extension extension,
                   Sent sent) {
    static Wanted const nothing;
    Changes changes;
    changes.install = present == nullptr;
    auto const& from = present != nullptr ? *present : nothing;
    keys(from.lan, wanted.lan, changes.remove.lan, changes.add.lan);
    keys(from.learning, wanted.learning, changes.remove.learning, changes.add.learning);
    keys(from.limited, wanted.limited, changes.remove.limited, changes.add.limited);
    keys(from.lan_index, wanted.lan_index, changes.remove.lan_index, changes.add.lan_index);
    slots(from.slots, wanted.slots, changes);
    When const when{now, extension, sent};
    LeaseDifference{when, changes, &Leases::access}.compare(from.access, wanted.access);
    LeaseDifference{when, changes, &Leases::asked}.compare(from.asked, wanted.asked);
    LeaseDifference{when, changes, &Leases::granted}.compare(from.granted, wanted.granted);
    return changes;
}

void carry_out(Changes const& changes, Wanted& present) {
    for (auto const& name : changes.remove.lan) present.lan.erase(name);
    present.lan.insert(changes.add.lan.begin(), changes.add.lan.end());
    merge(present.slots, changes.remove.slots, changes.add.slots, &Slots::value_type::first);
    merge(present.learning, changes.remove.learning, changes.add.learning, std::identity{});
    merge(present.limited, changes.remove.limited, changes.add.limited, std::identity{});
    merge(present.lan_index, changes.remove.lan_index, changes.add.lan_index, std::identity{});
    carry_out_leases(changes, &Leases::access, present.access);
    carry_out_leases(changes, &Leases::asked, present.asked);
    carry_out_leases(changes, &Leases::granted, present.granted);
}

}  // namespace kindgate::kernel
