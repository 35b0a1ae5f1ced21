#include "pack_hash.h"

#include <cstring>

namespace kindgate::content {

namespace {

std::uint64_t little_endian(std::span<std::byte const> eight) {
    std::uint64_t word = 0;
    std::memcpy(&word, eight.data(), sizeof word);
    return std::endian::native == std::endian::little ? word : std::byteswap(word);
}

}  // namespace

Hash hash_of(SipKey const& key, std::span<std::byte const> bytes) {
    SipHash sip{key};
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) sip.add_word(little_endian(bytes));
    for (auto const byte : bytes) sip.add(std::to_integer<unsigned char>(byte));
    return sip.hash();
}

Hash hash_of(SipKey const& key, std::string_view bytes) {
    return hash_of(key, std::as_bytes(std::span{bytes}));
}

}  // namespace kindgate::content
