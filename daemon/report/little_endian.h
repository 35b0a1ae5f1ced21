// 64-bit words as VDAFs write them: the octet of least value first, whatever the machine does.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace kindgate::report {

// From eight octets.
inline std::uint64_t load_word(std::uint8_t const* from) {
    std::uint64_t word = 0;
    std::memcpy(&word, from, sizeof word);
    return std::endian::native == std::endian::little ? word : std::byteswap(word);
}

inline void store_word(std::uint8_t* to, std::uint64_t word) {
    if constexpr (std::endian::native != std::endian::little) word = std::byteswap(word);
    std::memcpy(to, &word, sizeof word);
}

}  // namespace kindgate::report
