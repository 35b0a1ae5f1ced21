#include "difference.h"

#include <algorithm>
#include <functional>
#include <iterator>

namespace kindgate::kernel {

namespace {

using Slots = FlatMap<Mac, Slot>;
using Ends = FlatMap<Slot, std::optional<Steady::time_point>>;

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

class Leases {
public:
    Leases(Steady::time_point now, Extension extension, Sent sent, Changes& changes)
        : now_(now), extension_(extension), sent_(sent), changes_(changes) {}

    void compare(Ends const& present, Ends const& wanted) {
        walk(
            present, wanted, [](auto const& entry) -> Slot const& { return entry.first; },
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
        if (worth_granting(lease)) changes_.add.access.push_back(lease);
    }

    void both(Lease const& old, Lease const& wanted) {
        if (over(old)) return fresh(wanted);
        if (!worth_granting(wanted)) return gone(old);
        if (old.end && wanted.end) {
            auto const apart = *old.end < *wanted.end ? *wanted.end - *old.end : *old.end - *wanted.end;
            if (apart < end_tolerance) return;
            if (extension_ == Extension::in_place) return changes_.extend.push_back(wanted);
        } else if (!old.end && !wanted.end) {
            return;
        }
        remove(old);
        changes_.add.access.push_back(wanted);
    }

    void remove(Lease const& lease) {
        if (uncertain(lease)) changes_.ensure.push_back({lease.slot, std::nullopt});
        changes_.remove.access.push_back(lease);
    }

    Steady::time_point now_;
    Extension extension_;
    Sent sent_;
    Changes& changes_;
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

std::vector<Ends::value_type> entries(std::vector<Lease> const& leases) {
    std::vector<Ends::value_type> entries;
    entries.reserve(leases.size());
    for (auto const& lease : leases) entries.emplace_back(lease.slot, lease.end);
    return entries;
}

// How many of the sorted keys of `removed` are not in `added`.
template <typename T, typename Key>
std::size_t only_removed(std::vector<T> const& removed, std::vector<T> const& added, Key key) {
    std::size_t count = 0;
    walk(removed, added, key, [&](T const&) { ++count; }, [](T const&) {}, [](T const&, T const&) {});
    return count;
}

}  // namespace

std::size_t Changes::count() const {
    return add.size() + extend.size() + remove.lan.size() + remove.learning.size() +
           only_removed(remove.slots, add.slots, [](auto const& entry) { return entry.first; }) +
           only_removed(remove.access, add.access, [](Lease const& lease) { return lease.slot; });
}

Wanted content_of(Elements elements) {
    return {{elements.lan.begin(), elements.lan.end()},
            Slots{std::move(elements.slots)},
            Ends{entries(elements.access)},
            FlatSet<Slot>{std::move(elements.learning)}};
}

Changes difference(Wanted const* present, Wanted const& wanted, Steady::time_point now, Extension extension,
                   Sent sent) {
    static Wanted const nothing;
    Changes changes;
    changes.install = present == nullptr;
    auto const& from = present != nullptr ? *present : nothing;
    keys(from.lan, wanted.lan, changes.remove.lan, changes.add.lan);
    slots(from.slots, wanted.slots, changes);
    Leases{now, extension, sent, changes}.compare(from.access, wanted.access);
    keys(from.learning, wanted.learning, changes.remove.learning, changes.add.learning);
    return changes;
}

void carry_out(Changes const& changes, Wanted& present) {
    for (auto const& name : changes.remove.lan) present.lan.erase(name);
    present.lan.insert(changes.add.lan.begin(), changes.add.lan.end());
    merge(present.slots, changes.remove.slots, changes.add.slots, &Slots::value_type::first);
    merge(present.access, entries(changes.remove.access), entries(changes.add.access), &Ends::value_type::first);
    merge(present.access, {}, entries(changes.extend), &Ends::value_type::first);
    merge(present.learning, changes.remove.learning, changes.add.learning, std::identity{});
}

}  // namespace kindgate::kernel
