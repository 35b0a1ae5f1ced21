#include "pack_layout.h"

#include <algorithm>

namespace kindgate::content {

void put(std::vector<std::byte>& out, std::uint64_t number, unsigned size) {
    for (unsigned i = size; i-- > 0;) out.push_back(static_cast<std::byte>(number >> (8 * i) & 0xff));
}

std::uint64_t PackHeader::expected_bytes() const {
    return size + texts + std::uint64_t{values} * value_size + (std::uint64_t{exceptions} + rare) * exact_size +
           slot_count() * slot_bytes + (is_signed != 0 ? signature_size : 0) + checksum_size;
}

bool is_category_name(std::string_view name) {
    auto const allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !name.empty() && name.size() <= 32 && std::ranges::all_of(name, allowed);
}

bool has_magic(std::span<std::byte const> bytes) {
    return bytes.size() >= pack_magic.size() && std::ranges::equal(pack_magic, bytes.first(pack_magic.size()), {},
                                                                   [](auto byte) { return std::byte{byte}; });
}

std::vector<std::byte> bytes_of(PackHeader const& header) {
    std::vector<std::byte> out;
    for (auto const byte : pack_magic) put(out, byte, 1);
    put(out, header.version, 2);
    for (auto const byte : {header.slot_bytes, header.segment_bits, header.shallowest, header.deepest, header.is_signed,
                            header.categories})
        put(out, byte, 1);
    for (auto const number : {header.created, header.expires, header.key.high, header.key.low}) put(out, number, 8);
    for (auto const number :
         {header.names, header.segments, header.values, header.exceptions, header.texts, header.rare})
        put(out, number, 4);
    put(out, header.bytes, 8);
    out.resize(PackHeader::size);
    return out;
}

bool read_header(std::span<std::byte const> bytes, PackHeader& header) {
    std::size_t at = pack_magic.size();
    auto const next = [&](std::size_t size) {
        at += size;
        return get(bytes, at - size, size);
    };
    header.version = static_cast<std::uint16_t>(next(2));
    for (auto* const field : {&header.slot_bytes, &header.segment_bits, &header.shallowest, &header.deepest,
                              &header.is_signed, &header.categories})
        *field = static_cast<std::uint8_t>(next(1));
    for (auto* const field : {&header.created, &header.expires, &header.key.high, &header.key.low}) *field = next(8);
    for (auto* const field :
         {&header.names, &header.segments, &header.values, &header.exceptions, &header.texts, &header.rare})
        *field = static_cast<std::uint32_t>(next(4));
    header.bytes = next(8);
    auto const rest = bytes.subspan(at, PackHeader::size - at);
    return std::ranges::all_of(rest, [](auto byte) { return byte == std::byte{0}; });
}

}  // namespace kindgate::content
