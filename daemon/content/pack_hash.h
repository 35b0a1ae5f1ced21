// SipHash-2-4 with 128 bits of result (Aumasson and Bernstein, 2012; the reference code's SipHash-128).
//
// A name is hashed backward, from its last byte to its first, lower case, each dot as pack_dot. So the hashes of all
// its suffixes are the states on one way through it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace kindgate::content {

// Below every character of names, so that a sorted list has a name's subdomains right behind it.
inline constexpr unsigned char pack_dot = 1;

struct SipKey {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    bool operator==(SipKey const&) const = default;
};

// Left as it is where it isn't given: a look-up has room for 127 of them and writes two or three.
struct Hash {
    std::uint64_t low;
    std::uint64_t high;
    auto operator<=>(Hash const&) const = default;
};

class SipHash {
public:
    explicit SipHash(SipKey const& key)
        : v0_(key.low ^ 0x736f6d6570736575),
          v1_(key.high ^ 0x646f72616e646f6d ^ 0xee),
          v2_(key.low ^ 0x6c7967656e657261),
          v3_(key.high ^ 0x7465646279746573) {}

    void add(unsigned char byte) {
        word_ |= std::uint64_t{byte} << (8 * (length_ & 7));
        if ((++length_ & 7) == 0) {
            compress(word_);
            word_ = 0;
        }
    }
    // Only where a multiple of eight bytes was added before.
    void add_word(std::uint64_t little_endian) {
        compress(little_endian);
        length_ += 8;
    }

    // Of what was added so far; more may be added to this object afterwards.
    Hash hash() const {
        SipHash end = *this;
        end.compress(word_ | length_ << 56);
        end.v2_ ^= 0xee;
        for (int i = 0; i < 4; ++i) end.round();
        auto const low = end.v0_ ^ end.v1_ ^ end.v2_ ^ end.v3_;
        end.v1_ ^= 0xdd;
        for (int i = 0; i < 4; ++i) end.round();
        return {low, end.v0_ ^ end.v1_ ^ end.v2_ ^ end.v3_};
    }

private:
    void compress(std::uint64_t word) {
        v3_ ^= word;
        round();
        round();
        v0_ ^= word;
    }
    void round() {
        v0_ += v1_, v2_ += v3_;
        v1_ = std::rotl(v1_, 13) ^ v0_, v3_ = std::rotl(v3_, 16) ^ v2_;
        v0_ = std::rotl(v0_, 32);
        v2_ += v1_, v0_ += v3_;
        v1_ = std::rotl(v1_, 17) ^ v2_, v3_ = std::rotl(v3_, 21) ^ v0_;
        v2_ = std::rotl(v2_, 32);
    }

    std::uint64_t v0_, v1_, v2_, v3_;
    std::uint64_t word_ = 0;
    std::uint64_t length_ = 0;
};

Hash hash_of(SipKey const& key, std::span<std::byte const> bytes);
Hash hash_of(SipKey const& key, std::string_view bytes);

}  // namespace kindgate::content
