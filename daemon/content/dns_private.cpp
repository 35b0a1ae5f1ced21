#include "content/dns_answer.h"

namespace kindgate::content::dns {

namespace {

std::uint8_t at(Bytes bytes, std::size_t i) {
    return std::to_integer<std::uint8_t>(bytes[i]);
}

// RFC 6890, 2.2.2.
bool private_v4(Bytes address) {
    auto const first = at(address, 0);
    auto const second = at(address, 1);
    switch (first) {
        case 0:
        case 10:
        case 127: return true;
        case 100: return (second & 0xc0) == 64;  // RFC 6598: the provider's side of a home
        case 169: return second == 254;
        case 172: return (second & 0xf0) == 16;
        case 192: return second == 168;
        case 255: return second == 255 && at(address, 2) == 255 && at(address, 3) == 255;
        default: return false;
    }
}

bool starts(Bytes address, std::initializer_list<std::uint8_t> prefix) {
    std::size_t i = 0;
    for (auto const byte : prefix)
        if (at(address, i++) != byte) return false;
    return true;
}

// RFC 6890, 2.2.3; wrapped IPv4: RFC 4291, 2.5.5, RFC 2765, 2.1, RFC 3056 (6to4), RFC 6052 and 8215 (NAT64).
bool private_v6(Bytes address) {
    auto const first = at(address, 0);
    if ((first & 0xfe) == 0xfc) return true;                         // unique local
    if (first == 0xfe && (at(address, 1) & 0x80) != 0) return true;  // link-local, site-local
    bool const zeros = starts(address, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    if (zeros && at(address, 10) == 0xff && at(address, 11) == 0xff) return private_v4(address.subspan(12));
    if (zeros && at(address, 10) == 0 && at(address, 11) == 0) return private_v4(address.subspan(12));  // ::, ::1 too
    if (starts(address, {0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) return private_v4(address.subspan(12));
    if (starts(address, {0x00, 0x64, 0xff, 0x9b, 0, 1})) return private_v4(address.subspan(12));
    if (starts(address, {0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0})) return private_v4(address.subspan(12));
    if (starts(address, {0x20, 0x02})) return private_v4(address.subspan(2, 4));
    return false;
}

}  // namespace

bool private_address(Bytes address) {
    return address.size() == 4 ? private_v4(address) : private_v6(address);
}

}  // namespace kindgate::content::dns
