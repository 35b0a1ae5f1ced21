#include "pack_hash.h"

namespace kindgate::content {

namespace {

std::uint64_t little_endian(std::span<std::byte const> eight) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 8; ++i) word |= std::to_integer<std::uint64_t>(eight[i]) << (8 * i);
    return word;
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
