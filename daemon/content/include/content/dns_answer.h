// What is written: queries to upstreams and answers to clients. Everything is encoded anew from what was read: one
// question, at most one OPT, no byte of a client's options, nothing behind the end.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/ip.h"
#include "content/dns_message.h"

namespace kindgate::content::dns {

// What a query says about its answer: all that has to be remembered of it until then.
struct Asked {
    std::uint16_t id = 0;
    std::uint16_t type = 0;
    std::uint16_t klass = 0;
    std::uint16_t udp_size = plain_udp_payload;  // what fits by UDP: 512 to 1,232
    bool recursion_desired = true;
    bool checking_disabled = false;
    bool authentic_data = false;  // wants to hear of AD (RFC 6840, 5.7)
    bool edns = false;
    bool dnssec_ok = false;
    bool structured_error = false;  // offered EDE with its query (draft-ietf-dnsop-structured-dns-error)
    Name name;                      // as the client wrote it
};
Asked asked_by(Query const& query);

// RFC 8914. The text is JSON where the client offered to read that.
struct ExtendedError {
    std::uint16_t code = ede::other;
    std::string_view text;
};

// All writers return the size, 0 where the place is too small. `place` must hold 512 bytes at least for those without
// records.

// A standard query with RD, AD (so that upstream says what it validated) and an OPT record of our own.
std::size_t write_query(std::span<std::byte> place, std::uint16_t id, Name const& name, std::uint16_t type,
                        bool dnssec_ok, bool checking_disabled);

// To a query of which only the header could be read.
std::size_t write_malformed(std::span<std::byte> place, Header const& header);

// An answer without records: NXDOMAIN, NODATA (noerror), REFUSED, SERVFAIL, NOTIMP, BADVERS. Without SOA, so that no
// client keeps it (RFC 2308, 5): a decision holds from the next query. A text that doesn't fit is left out.
std::size_t write_answer(std::span<std::byte> place, Asked const& asked, std::uint16_t rcode,
                         std::optional<ExtendedError> const& error = {});
// No records and TC: ask again by TCP.
std::size_t write_truncated(std::span<std::byte> place, Asked const& asked);
// One A or AAAA record. The address is of the family that was asked for.
std::size_t write_address(std::span<std::byte> place, Asked const& asked, IpAddress const& address, std::uint32_t ttl,
                          std::optional<ExtendedError> const& error = {});

// How an upstream's reply is changed on its way to a client.
struct Changes {
    std::uint32_t age = 0;           // seconds that it was kept: every TTL is less by that
    std::uint32_t longest = 86400;   // no TTL is above this
    bool strip_ech = false;          // out of SVCB and HTTPS
    bool strip_private = false;      // addresses and hints for which private_address() holds
    Name const* alias_of = nullptr;  // the client asked for this; the reply is to the name that it is a CNAME of
    std::uint32_t alias_ttl = 300;
};
struct Rewritten {
    std::size_t size = 0;  // 0: doesn't fit
    bool removed = false;  // a record or an address is gone
};
// Answer and authority sections; additional records are hints nobody may rely on, so they don't pass. AD passes to who
// asked for it if nothing was changed. An extended error of the upstream's passes where `error` has none.
Rewritten write_reply(std::span<std::byte> place, Asked const& asked, Reply const& reply, Changes const& changes,
                      std::optional<ExtendedError> const& error = {});

// For how many seconds a reply may be kept: the least TTL of its answers; where there is none of what was asked, by the
// SOA (RFC 2308, 5). nullopt: not at all (also errors, and what is truncated).
std::optional<std::uint32_t> lifetime(Reply const& reply);

// An address that no name from outside has business with (rebinding): private, loopback, link-local, unspecified; also
// where IPv6 only wraps it. 4 or 16 bytes.
bool private_address(Bytes address);

}  // namespace kindgate::content::dns
