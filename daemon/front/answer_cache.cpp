#include "answer_cache.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "hash.h"

namespace kindgate::front {

namespace {

constexpr std::size_t unit = 8;
// Replies of usual size are about this long with their head: so many entries the index has room for, and some more.
constexpr std::size_t usual_size = 96;

}  // namespace

// The memory is not touched before it is used.
AnswerCache::AnswerCache(std::size_t bytes, std::uint64_t seed)
    : units_(bytes < 4 * largest ? 0 : bytes / unit),
      seed_(seed),
      ring_(units_ == 0 ? nullptr : std::make_unique_for_overwrite<std::uint64_t[]>(units_)),
      index_(units_ == 0 ? 0 : std::bit_ceil(std::max(bytes / usual_size, ways))) {}

std::uint64_t AnswerCache::hash(CacheKey const& key) const {
    auto const rest = std::uint64_t{key.type} << 2 | (key.dnssec_ok ? 2U : 0U) | (key.checking_disabled ? 1U : 0U);
    return mix(keyed_hash(key.name->bytes(), seed_) ^ rest, seed_ | 1);
}

// Not overwritten since. Positions wrap after 32 GiB of replies; an entry that old has long been replaced or is ruled
// out by its hash.
bool AnswerCache::there(Entry const& entry) const {
    return entry.position != 0 && end_ - entry.position <= units_;
}

void AnswerCache::put(CacheKey const& key, content::dns::Bytes message, Seconds lifetime, Seconds now) {
    if (units_ == 0 || lifetime == 0 || message.size() > largest) return;
    auto const hashed = hash(key);
    auto const needed = static_cast<std::uint32_t>((sizeof(Kept) + message.size() + unit - 1) / unit);
    // Never across the memory's end.
    if (units_ - end_ % units_ < needed) end_ += static_cast<std::uint32_t>(units_ - end_ % units_);
    if (end_ > 0xffffffff - 2 * units_) {
        index_.clear();
        end_ = 1;
    }
    auto* const place = &ring_[end_ % units_];
    Kept const kept{hashed, now, now + lifetime, static_cast<std::uint32_t>(message.size()), 0};
    std::memcpy(place, &kept, sizeof kept);
    std::memcpy(place + sizeof kept / unit, message.data(), message.size());
    auto const bucket = index_.all().subspan(hashed & (index_.size() - ways) & ~(ways - 1), ways);
    auto const tag = static_cast<std::uint32_t>(hashed >> 32);
    auto* chosen = &bucket[0];
    for (auto& entry : bucket) {
        if (entry.tag == tag || !there(entry)) {
            chosen = &entry;
            break;
        }
        if (entry.position < chosen->position) chosen = &entry;
    }
    *chosen = {tag, end_};
    end_ += needed;
}

std::optional<AnswerCache::Found> AnswerCache::find(CacheKey const& key, Seconds now) const {
    if (units_ == 0) return std::nullopt;
    auto const hashed = hash(key);
    for (auto const& entry : index_.all().subspan(hashed & (index_.size() - ways) & ~(ways - 1), ways)) {
        if (entry.tag != static_cast<std::uint32_t>(hashed >> 32) || !there(entry)) continue;
        auto const* const place = &ring_[entry.position % units_];
        Kept kept;
        std::memcpy(&kept, place, sizeof kept);
        if (kept.hash != hashed || now >= kept.until) continue;
        return Found{
            std::as_bytes(std::span{place + sizeof kept / unit, (kept.size + unit - 1) / unit}).first(kept.size),
            now - kept.stored};
    }
    return std::nullopt;
}

}  // namespace kindgate::front
