#include "wire.h"

#include <cassert>

namespace kindgate::report {

// Not in the header: GCC 12, where it inlines them and optimises, takes growing vectors for reads past their end.
Writer& Writer::number(std::uint64_t value, std::size_t size) {
    assert(size == 8 || value >> (8 * size) == 0);
    while (size-- > 0) bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * size) & 0xffU));
    return *this;
}

Writer& Writer::put(ByteView bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
}

}  // namespace kindgate::report
