// DAP's messages in TLS's notation (RFC 8446, 3): numbers in network byte order, lengths before what has none of its
// own.
#pragma once

#include "base/bytes.h"

namespace kindgate::report {

// From the front; once something was missing, nothing is found any more, and numbers are 0.
class Reader {
public:
    explicit Reader(ByteView bytes) : rest_(bytes) {}

    std::uint64_t number(std::size_t size) {
        std::uint64_t value = 0;
        for (auto const octet : take(size)) value = value << 8U | octet;
        return value;
    }
    ByteView take(std::size_t size) {
        if (size > rest_.size()) fail();
        auto const taken = rest_.first(good_ ? size : 0);
        rest_ = rest_.subspan(taken.size());
        return taken;
    }
    // With its length before it, in so many octets; at least so long.
    ByteView counted(std::size_t length_size, std::size_t least = 0) {
        auto const length = number(length_size);
        if (length < least) fail();
        return take(static_cast<std::size_t>(length));
    }
    template <typename Array>
    Array array() {
        Array made{};
        auto const octets = take(made.size());
        for (std::size_t i = 0; i < octets.size(); ++i) made[i] = octets[i];
        return made;
    }

    // All that is left, which stays.
    ByteView rest() const { return rest_; }
    void fail() {
        good_ = false;
        rest_ = {};
    }
    bool empty() const { return rest_.empty(); }
    bool good() const { return good_; }
    // All was there, and nothing is left.
    bool ended() const { return good_ && rest_.empty(); }

private:
    ByteView rest_;
    bool good_ = true;
};

class Writer {
public:
    // In so many octets, which hold it.
    Writer& number(std::uint64_t value, std::size_t size);
    Writer& put(ByteView bytes);
    Writer& counted(ByteView bytes, std::size_t length_size) { return number(bytes.size(), length_size).put(bytes); }

    Bytes const& bytes() const { return bytes_; }

private:
    Bytes bytes_;
};

inline Bytes copied(ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}

}  // namespace kindgate::report
