// A map and a set as one sorted vector each, with the names of std::flat_map and std::flat_set, which the compiler
// doesn't have yet (g++ 15 does). Thousands of entries are compared, copied and freed for every single change of the
// kernel's table: in a vector that costs microseconds, in a tree milliseconds. In exchange, inserting and erasing one
// entry moves those behind it; where many change at once, make a new one of the sorted entries.
#pragma once

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <stdexcept>
#include <utility>
#include <vector>

namespace kindgate {

// Said to a constructor: the entries are in order, no key twice.
struct SortedUnique {};
inline constexpr SortedUnique sorted_unique{};

template <typename Key>
class FlatSet {
public:
    using const_iterator = typename std::vector<Key>::const_iterator;

    FlatSet() = default;
    FlatSet(std::initializer_list<Key> keys) : FlatSet(std::vector<Key>{keys}) {}
    explicit FlatSet(std::vector<Key> keys) : keys_(std::move(keys)) {
        std::ranges::sort(keys_);
        auto const same = std::ranges::unique(keys_);
        keys_.erase(same.begin(), same.end());
    }
    FlatSet(SortedUnique, std::vector<Key> keys) : keys_(std::move(keys)) {}

    const_iterator begin() const { return keys_.begin(); }
    const_iterator end() const { return keys_.end(); }
    std::size_t size() const { return keys_.size(); }
    bool empty() const { return keys_.empty(); }
    bool contains(Key const& key) const { return std::ranges::binary_search(keys_, key); }
    bool operator==(FlatSet const&) const = default;

    void insert(Key key) {
        auto const place = std::ranges::lower_bound(keys_, key);
        if (place == keys_.end() || key < *place) keys_.insert(place, std::move(key));
    }

private:
    std::vector<Key> keys_;
};

template <typename Key, typename Value>
class FlatMap {
public:
    using value_type = std::pair<Key, Value>;
    using iterator = typename std::vector<value_type>::iterator;
    using const_iterator = typename std::vector<value_type>::const_iterator;

    FlatMap() = default;
    FlatMap(std::initializer_list<value_type> entries) : FlatMap(std::vector<value_type>{entries}) {}
    // Of equal keys the first stays.
    explicit FlatMap(std::vector<value_type> entries) : entries_(std::move(entries)) {
        std::ranges::stable_sort(entries_, {}, &value_type::first);
        auto const same = std::ranges::unique(entries_, {}, &value_type::first);
        entries_.erase(same.begin(), same.end());
    }
    FlatMap(SortedUnique, std::vector<value_type> entries) : entries_(std::move(entries)) {}

    iterator begin() { return entries_.begin(); }
    iterator end() { return entries_.end(); }
    const_iterator begin() const { return entries_.begin(); }
    const_iterator end() const { return entries_.end(); }
    std::size_t size() const { return entries_.size(); }
    bool empty() const { return entries_.empty(); }
    void clear() { entries_.clear(); }
    bool operator==(FlatMap const&) const = default;

    const_iterator find(Key const& key) const {
        auto const place = std::ranges::lower_bound(entries_, key, {}, &value_type::first);
        return place != entries_.end() && place->first == key ? place : entries_.end();
    }
    bool contains(Key const& key) const { return find(key) != end(); }
    Value const& at(Key const& key) const {
        auto const found = find(key);
        if (found == end()) throw std::out_of_range{"no such key"};
        return found->second;
    }

    Value& operator[](Key const& key) {
        auto const place = std::ranges::lower_bound(entries_, key, {}, &value_type::first);
        if (place != entries_.end() && place->first == key) return place->second;
        return entries_.insert(place, {key, Value{}})->second;
    }
    void insert_or_assign(Key const& key, Value value) { (*this)[key] = std::move(value); }
    void erase(Key const& key) {
        if (auto const found = find(key); found != end()) entries_.erase(found);
    }

private:
    std::vector<value_type> entries_;
};

}  // namespace kindgate
