// CBOR (RFC 8949) read into a flat list of items that borrow the bytes: where each begins and ends in what was received
// is known, so that digests and signatures are over that and nothing is ever encoded anew. libcbor reads the items;
// lengths are definite, and size, depth and number of items have limits.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace kindgate::age {

struct CborLimits {
    std::size_t bytes = std::size_t{16} * 1024;
    std::size_t items = 512;
    std::size_t depth = 16;
};

class Cbor {
public:
    enum class Kind : std::uint8_t { unsigned_number, negative, bytes, text, array, map, tag, boolean, null, other };

private:
    struct Entry {
        Kind kind = Kind::other;
        std::uint32_t begin = 0;   // of the encoding
        std::uint32_t end = 0;     // of it with all inside
        std::uint32_t next = 0;    // the place behind it and all inside
        std::uint64_t number = 0;  // value, length, tag
    };

public:
    // A place in the list; what isn't there is no item, and nothing is in it.
    class Item {
    public:
        Item() = default;
        explicit operator bool() const { return of_ != nullptr; }

        bool is(Kind kind) const { return of_ != nullptr && entry().kind == kind; }
        bool is_null() const { return is(Kind::null); }
        // Of an array its items, of a map its pairs; else 0.
        std::size_t size() const { return is(Kind::array) || is(Kind::map) ? entry().number : 0; }
        // The whole encoding, as received.
        ByteView encoded() const;
        std::optional<std::uint64_t> number() const;
        std::optional<bool> boolean() const;
        std::optional<ByteView> bytes() const;
        std::optional<std::string_view> text() const;
        // What is tagged so.
        Item tagged(std::uint64_t tag) const;

        Item at(std::size_t index) const;  // of an array
        // Of a map, by a text or a number. A key that is there twice isn't there.
        Item find(std::string_view key) const;
        Item find(std::int64_t key) const;
        // Each pair of a map.
        template <typename Body>
        void each_pair(Body body) const {
            auto one = first();
            for (std::size_t i = 0; is(Kind::map) && i < size(); ++i) {
                auto const value = one.next();
                body(one, value);
                one = value.next();
            }
        }
        // Each item of an array.
        template <typename Body>
        void each(Body body) const {
            auto one = first();
            for (std::size_t i = 0; is(Kind::array) && i < size(); ++i, one = one.next()) body(one);
        }

    private:
        friend class Cbor;
        Item(Cbor const* of, std::size_t index) : of_(of), index_(index) {}
        Entry const& entry() const { return of_->entries_[index_]; }
        bool equals(std::int64_t number) const;
        Item first() const;
        Item next() const { return of_->item(entry().next); }
        template <typename Is>
        Item find_if(Is is) const;

        Cbor const* of_ = nullptr;
        std::size_t index_ = 0;
    };

    // None: malformed, cut, with something behind it, of indefinite length, or past a limit. Borrows the bytes.
    static std::optional<Cbor> read(ByteView bytes, CborLimits const& limits);

    Item root() const { return item(0); }

private:
    class Builder;
    Item item(std::size_t index) const { return index < entries_.size() ? Item{this, index} : Item{}; }

    ByteView bytes_;
    std::vector<Entry> entries_;
};

}  // namespace kindgate::age
