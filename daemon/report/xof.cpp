#include "xof.h"

#include <cassert>

namespace kindgate::report {

DomainTag::DomainTag(VdafType type, ByteView context) {
    assert(context.size() <= max_context);
    auto const id = static_cast<std::uint32_t>(type);
    bytes_.reserve(tag_head + context.size());
    bytes_ = {vdaf_version, 0};
    for (unsigned shift = 32; shift > 0; shift -= 8) bytes_.push_back(static_cast<std::uint8_t>(id >> (shift - 8)));
    bytes_.insert(bytes_.end(), {0, 0});
    bytes_.insert(bytes_.end(), context.begin(), context.end());
}

ByteView DomainTag::of(Usage usage) {
    bytes_[tag_head - 1] = static_cast<std::uint8_t>(usage);
    return bytes_;
}

Xof::Xof(ByteView seed, ByteView tag) : shake_(1) {
    assert(tag.size() <= 0xffff && seed.size() <= 0xff);
    std::array<std::uint8_t, 2> const size{static_cast<std::uint8_t>(tag.size() & 0xffU),
                                           static_cast<std::uint8_t>(tag.size() >> 8U)};
    shake_.absorb(size);
    shake_.absorb(tag);
    bind(static_cast<std::uint8_t>(seed.size()));
    shake_.absorb(seed);
}

}  // namespace kindgate::report
