// SVCB and HTTPS records (RFC 9460): checked whole, and their parts that a gate has to know.
#pragma once

#include <cstdint>

#include "content/dns_bytes.h"
#include "content/dns_name.h"

namespace kindgate::content::dns {

namespace service_key {
constexpr std::uint16_t mandatory = 0, alpn = 1, no_default_alpn = 2, port = 3, ipv4hint = 4, ech = 5, ipv6hint = 6;
}

struct ServiceParam {
    std::uint16_t key = 0;
    Bytes value;
};

struct Service {
    std::uint16_t priority = 0;  // 0: alias form
    Name target;                 // the root: the record's owner itself (alias form: no such service)
    Bytes params;                // all keys and values, checked
    Bytes ipv4_hints;            // 4 bytes each
    Bytes ipv6_hints;            // 16 bytes each
    Bytes mandatory;             // keys that a client must understand, 2 bytes each
    bool has_ech = false;
};

// The data from `at` to the end of `message`. False where RFC 9460 says that it is malformed (2.2, 7.1, 7.2, 7.3, 8):
// keys out of order or twice, mandatory keys that are missing, no-default-alpn without alpn, an alias with parameters.
bool read_service(Bytes message, std::size_t at, Service& service);

// The next of Service::params; false at the end.
bool next_param(ByteReader& params, ServiceParam& param);

}  // namespace kindgate::content::dns
