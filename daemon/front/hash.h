// A keyed hash of few bytes, for tables whose keys anybody may choose. The key is random and never leaves the process.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

namespace kindgate::front {

// Multiplies and folds 64 bits with 64 (as wyhash does).
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    auto const product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline std::uint64_t keyed_hash(std::span<std::byte const> bytes, std::uint64_t key) {
    auto hash = mix(key ^ 0x9e3779b97f4a7c15, bytes.size() ^ 0xe7037ed1a0b428db);
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), 8);
        hash = mix(hash ^ word, key ^ 0x8ebc6af09c88c6e3);
    }
    std::uint64_t rest = 0;
    if (!bytes.empty()) std::memcpy(&rest, bytes.data(), bytes.size());
    return mix(hash ^ rest, key ^ 0x589965cc75374cc3);
}

}  // namespace kindgate::front
