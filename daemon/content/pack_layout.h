// The bytes of a pack, once: the builder writes by it and the opener reads by it. docs/pack-format.md explains them.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "pack_hash.h"

namespace kindgate::content {

inline constexpr std::array<std::uint8_t, 8> pack_magic{0x89, 'K', 'G', 'P', 'A', 'C', 'K', '\n'};
inline constexpr std::uint16_t pack_version = 1;

inline constexpr std::size_t value_size = 16;      // self, below
inline constexpr std::size_t exact_size = 32;      // hash, self, below: an exception, or a rare value
inline constexpr std::size_t signature_size = 72;  // key id, r, s
inline constexpr std::size_t checksum_size = 16;
inline constexpr unsigned fingerprint_bits = 34;
inline constexpr unsigned most_segment_bits =
    15;  // three positions of 15 bits beside the fingerprint in 128 bits of hash
inline constexpr std::uint64_t arity = 4;

// The first 96 bytes.
struct PackHeader {
    std::uint16_t version = pack_version;
    std::uint8_t slot_bytes = 5;
    std::uint8_t segment_bits = 0;
    std::uint8_t shallowest = 0;
    std::uint8_t deepest = 0;
    std::uint8_t is_signed = 0;
    std::uint8_t categories = 0;
    std::uint64_t created = 0;  // seconds since 1970; 0: not said
    std::uint64_t expires = 0;
    SipKey key;
    std::uint32_t names = 0;
    std::uint32_t segments = 0;
    std::uint32_t values = 0;
    std::uint32_t exceptions = 0;
    std::uint32_t rare = 0;
    std::uint32_t texts = 0;  // bytes of the names of pack and categories
    std::uint64_t bytes = 0;  // of the whole

    static constexpr std::size_t size = 96;

    std::uint64_t slot_count() const { return (std::uint64_t{segments} + arity - 1) << segment_bits; }
    unsigned value_bits() const { return slot_bytes * 8U - fingerprint_bits; }
    // What `bytes` must be, by the other fields; no field is large enough to make it overflow.
    std::uint64_t expected_bytes() const;
};

// 1 to 32 of a-z, 0-9, - and _.
bool is_category_name(std::string_view name);
bool has_magic(std::span<std::byte const> bytes);
std::vector<std::byte> bytes_of(PackHeader const& header);
// `bytes` has at least PackHeader::size of them; whether the spare bytes are zero.
bool read_header(std::span<std::byte const> bytes, PackHeader& header);

// Where a hash stands in the table and what it is told by there.
struct Place {
    std::array<std::uint32_t, arity> at;
    std::uint64_t fingerprint;
};

inline Place place_of(Hash const& hash, std::uint32_t segments, unsigned segment_bits) {
    __extension__ using Wide = unsigned __int128;
    auto const mask = (std::uint64_t{1} << segment_bits) - 1;
    auto const first = static_cast<std::uint64_t>(Wide{hash.low} * (std::uint64_t{segments} << segment_bits) >> 64);
    auto const segment = std::uint64_t{1} << segment_bits;
    auto const narrow = [](std::uint64_t index) { return static_cast<std::uint32_t>(index); };
    return {{narrow(first), narrow((first + segment) ^ (hash.high & mask)),
             narrow((first + 2 * segment) ^ (hash.high >> most_segment_bits & mask)),
             narrow((first + 3 * segment) ^ (hash.low & mask))},
            hash.high >> (64 - fingerprint_bits)};
}

// Numbers in network byte order.
void put(std::vector<std::byte>& out, std::uint64_t number, unsigned size);
inline std::uint64_t get(std::span<std::byte const> bytes, std::size_t at, std::size_t size) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < size; ++i) number = number << 8 | std::to_integer<std::uint64_t>(bytes[at + i]);
    return number;
}

// The same for eight bytes, at once: a look-up does it four times a probe.
inline std::uint64_t get_eight(std::byte const* bytes) {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes, sizeof number);
    return std::endian::native == std::endian::big ? number : std::byteswap(number);
}

// The checksum is a hash with this key: it tells accidents; who alters on purpose is told by the signature.
inline constexpr SipKey checksum_key{0x6b696e6467617465, 0x7061636b20202031};

}  // namespace kindgate::content
