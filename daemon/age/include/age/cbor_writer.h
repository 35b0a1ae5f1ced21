// CBOR (RFC 8949) written: shortest forms, definite lengths.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace kindgate::age {

class CborWriter {
public:
    CborWriter& array(std::size_t items);
    CborWriter& map(std::size_t pairs);
    CborWriter& tag(std::uint64_t number);
    CborWriter& number(std::int64_t value);
    CborWriter& bytes(ByteView value);
    CborWriter& text(std::string_view value);
    CborWriter& boolean(bool value);
    CborWriter& null();
    // What is encoded already.
    CborWriter& encoded(ByteView item);

    Bytes const& view() const { return bytes_; }
    Bytes take() && { return std::move(bytes_); }

private:
    template <typename Encode, typename... Value>
    CborWriter& add(Encode encode, Value... value);

    Bytes bytes_;
};

}  // namespace kindgate::age
