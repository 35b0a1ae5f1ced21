// The record types whose data we know (RFC 3597, 4: names in others can't be compressed).
#pragma once

#include <string_view>

#include "content/dns_message.h"

namespace kindgate::content::dns {

// What the data of a type is made of, in order:
//   n  a name that may be compressed    u  a name that is written in full
//   1-9  that many bytes    a  16 bytes    k  20 bytes    r  18 bytes
//   s  a string with its length before it    S  such strings up to the end, at least one
//   *  anything up to the end
// Empty: a type that we don't know; anything goes.
std::string_view data_layout(std::uint16_t type);

// The data is what its type wants, no byte more. `record` lies within the message.
bool check_data(Bytes message, NameReader& names, Record const& record);

}  // namespace kindgate::content::dns
