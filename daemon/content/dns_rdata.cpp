#include "dns_rdata.h"

#include "content/dns_svcb.h"

namespace kindgate::content::dns {

std::string_view data_layout(std::uint16_t type) {
    switch (type) {
        case type::a: return "4";
        case type::aaaa: return "a";
        case type::ns:
        case type::md:
        case type::mf:
        case type::cname:
        case type::mb:
        case type::mg:
        case type::mr:
        case type::ptr: return "n";        // RFC 1035, 3.3
        case type::soa: return "nnk";      // RFC 1035, 3.3.13
        case type::minfo: return "nn";     // RFC 1035, 3.3.7
        case type::mx: return "2n";        // RFC 1035, 3.3.9
        case type::hinfo: return "ss";     // RFC 1035, 3.3.2
        case type::txt: return "S";        // RFC 1035, 3.3.14
        case type::rp: return "uu";        // RFC 1183, 2.2
        case type::afsdb:                  // RFC 1183, 1
        case type::rt:                     // RFC 1183, 3.3
        case type::kx: return "2u";        // RFC 2230, 3.1
        case type::px: return "2uu";       // RFC 2163, 4
        case type::srv: return "6u";       // RFC 2782
        case type::naptr: return "4sssu";  // RFC 3403, 4.1
        case type::nsap_ptr:               // RFC 1706, 6
        case type::dname: return "u";      // RFC 6672, 2.1
        case type::sig:                    // RFC 2535, 4.1
        case type::rrsig: return "ru*";    // RFC 4034, 3.1
        case type::nxt:                    // RFC 2535, 5.2
        case type::nsec: return "u*";      // RFC 4034, 4.1
        default: return {};
    }
}

namespace {

// RFC 1876, 2: version 0 has sixteen bytes; others are unknown to us.
bool check_location(Bytes data) {
    return !data.empty() && (data[0] != std::byte{0} || data.size() == 16);
}

bool check_string(ByteReader& data) {
    data.take(data.u8());
    return data.ok();
}

bool check_field(char field, ByteReader& data, NameReader& names) {
    switch (field) {
        case 'n':
        case 'u': {
            auto const end = names.skip(data.at());
            if (!end || *end < data.at()) return false;
            data.take(*end - data.at());
            break;
        }
        case 'a': data.take(16); break;
        case 'k': data.take(20); break;
        case 'r': data.take(18); break;
        case 's': check_string(data); break;
        case 'S':
            do check_string(data);
            while (data.left() > 0);
            break;
        case '*': data.take(data.left()); break;
        default: data.take(static_cast<std::size_t>(field - '0')); break;
    }
    return data.ok();
}

}  // namespace

bool check_data(Bytes message, NameReader& names, Record const& record) {
    auto const end = record.data_at + record.data_size;
    if (record.type == type::svcb || record.type == type::https) {
        Service service;
        return read_service(message.first(end), record.data_at, service);
    }
    if (record.type == type::loc) return check_location(message.subspan(record.data_at, record.data_size));
    auto const layout = data_layout(record.type);
    if (layout.empty()) return true;
    // Behind the data's end nothing may be read; pointers go back into the whole message.
    ByteReader data{message.first(end), record.data_at};
    for (char const field : layout)
        if (!check_field(field, data, names)) return false;
    return data.left() == 0;
}

}  // namespace kindgate::content::dns
