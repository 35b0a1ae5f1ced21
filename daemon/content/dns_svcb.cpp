#include "content/dns_svcb.h"

namespace kindgate::content::dns {

namespace {

bool has_key(Bytes params, std::uint16_t key) {
    ByteReader reader{params};
    for (ServiceParam param; next_param(reader, param);)
        if (param.key == key) return true;
    return false;
}

// RFC 9460, 8: in order, once each, all present, and not itself. Both lists ascend, so one walk over each is enough: a
// list of 16,000 keys costs no square.
bool check_mandatory(Bytes value, Bytes all) {
    if (value.empty() || value.size() % 2 != 0) return false;
    ByteReader keys{value};
    ByteReader params{all};
    ServiceParam param;
    for (std::uint32_t before = 0; keys.left() > 0;) {
        auto const key = keys.u16();
        if (key <= before) return false;
        do
            if (!next_param(params, param) || param.key > key) return false;
        while (param.key != key);
        before = key;
    }
    return true;
}

// RFC 9460, 7.1.1: strings of one byte at least, one string at least.
bool check_alpn(Bytes value) {
    ByteReader ids{value};
    do {
        auto const size = ids.u8();
        ids.take(size);
        if (size == 0 || !ids.ok()) return false;
    } while (ids.left() > 0);
    return true;
}

bool check_hints(Bytes value, std::size_t size) {
    return !value.empty() && value.size() % size == 0;
}

bool check_param(ServiceParam const& param, Service& service) {
    switch (param.key) {
        case service_key::mandatory:
            service.mandatory = param.value;
            return check_mandatory(param.value, service.params);
        case service_key::alpn: return check_alpn(param.value);
        case service_key::no_default_alpn: return param.value.empty() && has_key(service.params, service_key::alpn);
        case service_key::port: return param.value.size() == 2;
        case service_key::ipv4hint: service.ipv4_hints = param.value; return check_hints(param.value, 4);
        case service_key::ech: service.has_ech = true; return !param.value.empty();
        case service_key::ipv6hint: service.ipv6_hints = param.value; return check_hints(param.value, 16);
        default: return true;
    }
}

}  // namespace

bool next_param(ByteReader& params, ServiceParam& param) {
    if (params.left() == 0) return false;
    param.key = params.u16();
    param.value = params.take(params.u16());
    return params.ok();
}

bool read_service(Bytes message, std::size_t at, Service& service) {
    ByteReader data{message, at};
    service.priority = data.u16();
    if (!data.ok()) return false;
    NameReader names{message};
    auto const end = names.read(data.at(), service.target);
    if (!end) return false;
    // RFC 9460, 2.2: the target name is never compressed.
    if (*end - data.at() != service.target.size()) return false;
    service.params = message.subspan(*end);
    if (service.priority == 0) return service.params.empty();
    ByteReader params{service.params};
    std::int64_t before = -1;
    while (params.left() > 0) {
        ServiceParam param;
        if (!next_param(params, param) || param.key <= before) return false;
        before = param.key;
    }
    params = ByteReader{service.params};
    for (ServiceParam param; next_param(params, param);)
        if (!check_param(param, service)) return false;
    return true;
}

}  // namespace kindgate::content::dns
