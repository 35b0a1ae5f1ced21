// The numbers of the DNS (IANA "Domain Name System (DNS) Parameters") that Kindgate has to know by name. Types and
// classes stay plain numbers: those without a name here are forwarded like the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kindgate::content::dns {

using Bytes = std::span<std::byte const>;

namespace type {
constexpr std::uint16_t a = 1, ns = 2, md = 3, mf = 4, cname = 5, soa = 6, mb = 7, mg = 8, mr = 9, ptr = 12, hinfo = 13,
                        minfo = 14, mx = 15, txt = 16, rp = 17, afsdb = 18, rt = 21, nsap_ptr = 23, sig = 24, px = 26,
                        aaaa = 28, loc = 29, nxt = 30, srv = 33, naptr = 35, kx = 36, dname = 39, opt = 41, rrsig = 46,
                        nsec = 47, svcb = 64, https = 65, tkey = 249, tsig = 250, ixfr = 251, axfr = 252, any = 255;
}

constexpr std::uint16_t class_in = 1;

// RFC 1035, 4.1.1; RFC 6895, 2.3. Twelve bits: the upper eight travel in the OPT record.
namespace rcode {
constexpr std::uint16_t noerror = 0, formerr = 1, servfail = 2, nxdomain = 3, notimp = 4, refused = 5, badvers = 16;
}

// RFC 1035, 4.1.1; RFC 4035, 3.1.6 and 3.2.
namespace flag {
constexpr std::uint16_t qr = 0x8000, opcode = 0x7800, aa = 0x0400, tc = 0x0200, rd = 0x0100, ra = 0x0080, ad = 0x0020,
                        cd = 0x0010, rcode = 0x000f;
}

// EDNS options (RFC 6891, 6.1.2).
namespace option {
constexpr std::uint16_t llq = 1, update_lease = 2, client_subnet = 8, expire = 9, cookie = 10, keepalive = 11,
                        extended_error = 15;
}

// Extended errors (RFC 8914, 4).
namespace ede {
constexpr std::uint16_t other = 0, blocked = 15, filtered = 17, prohibited = 18, no_reachable_authority = 22,
                        network_error = 23;
}

constexpr std::size_t header_size = 12;
// What we take from upstreams by UDP, and give by UDP at most: no fragments on any usual link (DNS flag day 2020).
constexpr std::uint16_t udp_payload = 1232;
constexpr std::uint16_t plain_udp_payload = 512;  // RFC 1035, 4.2.1: without EDNS

}  // namespace kindgate::content::dns
