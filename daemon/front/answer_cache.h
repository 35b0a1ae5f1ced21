// Replies of upstreams, kept for their TTL: a ring of bytes that overwrites its oldest, and an index into it. Bounded,
// and nothing is allocated after the beginning. Kept is what was said, never what was decided about it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/zeroed_array.h"
#include "content/dns_message.h"

namespace kindgate::front {

struct CacheKey {
    content::dns::Name const* name = nullptr;  // folded
    std::uint16_t type = 0;
    bool dnssec_ok = false;
    bool checking_disabled = false;
};

class AnswerCache {
public:
    using Seconds = std::uint32_t;  // of any clock that doesn't go back

    struct Found {
        content::dns::Bytes message;  // until the next put()
        Seconds age = 0;
    };

    // 0 bytes: keeps nothing. `seed` keys the hash.
    AnswerCache(std::size_t bytes, std::uint64_t seed);

    // For lifetime seconds from now; 0: not at all. Messages above 4 KiB are not kept.
    void put(CacheKey const& key, content::dns::Bytes message, Seconds lifetime, Seconds now);
    std::optional<Found> find(CacheKey const& key, Seconds now) const;

private:
    static constexpr std::size_t largest = 4096;
    static constexpr std::size_t ways = 4;
    struct Kept {
        std::uint64_t hash;
        Seconds stored;
        Seconds until;
        std::uint32_t size;
        std::uint32_t unused;
    };
    // Where a reply stands: a position in an endless ring, in units of 8 bytes, of which the memory holds the last
    // part.
    struct Entry {
        std::uint32_t tag = 0;
        std::uint32_t position = 0;  // 0: empty
    };

    std::uint64_t hash(CacheKey const& key) const;
    bool there(Entry const& entry) const;

    std::size_t units_;  // of 8 bytes
    std::uint64_t seed_;
    std::uint32_t end_ = 1;  // where the next one goes
    std::unique_ptr<std::uint64_t[]> ring_;
    ZeroedArray<Entry> index_;
};

}  // namespace kindgate::front
