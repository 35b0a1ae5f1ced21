#include "age/cbor_writer.h"

#include <array>

#include <cbor.h>

namespace kindgate::age {

template <typename Encode, typename... Value>
CborWriter& CborWriter::add(Encode encode, Value... value) {
    std::array<std::uint8_t, 9> head{};
    auto const size = encode(value..., head.data(), head.size());
    return encoded(ByteView{head}.first(size));
}

CborWriter& CborWriter::array(std::size_t items) {
    return add(cbor_encode_array_start, items);
}

CborWriter& CborWriter::map(std::size_t pairs) {
    return add(cbor_encode_map_start, pairs);
}

CborWriter& CborWriter::tag(std::uint64_t number) {
    return add(cbor_encode_tag, number);
}

CborWriter& CborWriter::number(std::int64_t value) {
    if (value >= 0) return add(cbor_encode_uint, static_cast<std::uint64_t>(value));
    return add(cbor_encode_negint, static_cast<std::uint64_t>(-1 - value));
}

CborWriter& CborWriter::bytes(ByteView value) {
    return add(cbor_encode_bytestring_start, value.size()).encoded(value);
}

CborWriter& CborWriter::text(std::string_view value) {
    return add(cbor_encode_string_start, value.size()).encoded(bytes_of(value));
}

CborWriter& CborWriter::boolean(bool value) {
    return add(cbor_encode_bool, value);
}

CborWriter& CborWriter::null() {
    return add(cbor_encode_null);
}

CborWriter& CborWriter::encoded(ByteView item) {
    bytes_.insert(bytes_.end(), item.begin(), item.end());
    return *this;
}

}  // namespace kindgate::age
