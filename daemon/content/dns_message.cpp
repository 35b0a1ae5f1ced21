#include "content/dns_message.h"

#include "dns_rdata.h"

namespace kindgate::content::dns {

namespace {

// What one record's fixed part says (RFC 1035, 4.1.3), its data within the message.
bool read_record(Bytes message, NameReader& names, std::size_t& at, Record& record) {
    auto const owner_end = names.skip(at);
    if (!owner_end) return false;
    ByteReader reader{message, *owner_end};
    record.owner_at = at;
    record.type = reader.u16();
    record.klass = reader.u16();
    record.ttl = reader.u32();
    if (record.ttl > 0x7fffffff) record.ttl = 0;
    record.data_size = reader.u16();
    record.data_at = reader.at();
    reader.take(record.data_size);
    at = reader.at();
    return reader.ok();
}

// RFC 7871, 6; in a query the scope is 0 (7.1.2).
bool check_client_subnet(Bytes value) {
    ByteReader reader{value};
    auto const family = reader.u16();
    auto const source = reader.u8();
    auto const scope = reader.u8();
    if (!reader.ok() || scope != 0 || (family != 1 && family != 2) || source > (family == 1 ? 32 : 128)) return false;
    auto const address = reader.take(reader.left());
    if (address.size() != (source + 7U) / 8) return false;
    return source % 8 == 0 || (std::to_integer<unsigned>(address.back()) & (0xffU >> (source % 8))) == 0;
}

// The lengths that options have in a query. Others are unknown to us and go no further anyway.
bool check_option(std::uint16_t code, Bytes value) {
    switch (code) {
        case option::llq: return value.size() == 18;                               // RFC 8764, 3.2
        case option::update_lease: return value.size() == 4 || value.size() == 8;  // RFC 9664, 4
        case option::client_subnet: return check_client_subnet(value);
        case option::expire: return value.empty() || value.size() == 4;                               // RFC 7314, 3
        case option::cookie: return value.size() == 8 || (value.size() >= 16 && value.size() <= 40);  // RFC 7873, 4
        case option::keepalive: return value.empty();                                                 // RFC 7828, 3.1
        default: return true;
    }
}

enum class Strict : std::uint8_t { no, as_query };

// RFC 6891, 6.1.2. The options' number is bounded by the message alone, so nothing is kept of them but what we use.
bool read_edns(Bytes message, Record const& record, Strict strict, Edns& edns) {
    if (message[record.owner_at] != std::byte{0}) return false;  // the root, not a pointer to one
    ByteReader fixed{message, record.owner_at + 5};
    edns.udp_size = record.klass;
    edns.extended_rcode = fixed.u8();
    edns.version = fixed.u8();
    edns.dnssec_ok = (fixed.u16() & 0x8000) != 0;
    ByteReader options{message.subspan(record.data_at, record.data_size)};
    while (options.left() > 0) {
        auto const code = options.u16();
        auto const value = options.take(options.u16());
        if (!options.ok() || (strict == Strict::as_query && !check_option(code, value))) return false;
        if (code == option::extended_error && !edns.has_error) {
            edns.has_error = true;
            ByteReader error{value};
            edns.error_code = error.u16();
            edns.error_text = error.take(error.left());
        }
    }
    return true;
}

bool read_question(Bytes message, NameReader& names, Question& question) {
    auto const end = names.read(header_size, question.name);
    if (!end) return false;
    ByteReader reader{message, *end};
    question.type = reader.u16();
    question.klass = reader.u16();
    question.end = reader.at();
    return reader.ok();
}

// The records of a query: none but one OPT means anything to us. TSIG and SIG(0) are for the server that shares the
// key.
bool read_query_records(Bytes message, NameReader& names, Query& query) {
    std::size_t at = query.question.end;
    for (std::size_t section = 1; section < 4; ++section) {
        for (unsigned i = query.header.counts[section]; i > 0; --i) {
            Record record;
            if (!read_record(message, names, at, record)) return false;
            if (record.type != type::opt) continue;
            if (section != 3 || query.edns) return false;
            if (!read_edns(message, record, Strict::as_query, query.edns.emplace())) return false;
        }
    }
    return at == message.size();
}

bool served(Question const& question) {
    return question.klass == class_in && question.type != type::axfr && question.type != type::ixfr &&
           question.type != type::tkey && question.type != type::tsig && question.type != 0;
}

}  // namespace

std::optional<Header> read_header(Bytes message) {
    if (message.size() < header_size) return std::nullopt;
    ByteReader reader{message};
    Header header;
    header.id = reader.u16();
    header.flags = reader.u16();
    for (auto& count : header.counts) count = reader.u16();
    return header;
}

QueryFault read_query(Bytes message, Query& query) {
    query.edns.reset();
    auto const header = read_header(message);
    if (!header || header->has(flag::qr)) return QueryFault::unanswerable;
    query.header = *header;
    NameReader names{message};
    bool const questioned = header->counts[0] == 1 && read_question(message, names, query.question);
    if (header->has(flag::opcode)) return questioned ? QueryFault::operation : QueryFault::malformed;
    if (!questioned || !read_query_records(message, names, query)) return QueryFault::malformed;
    if (query.edns && query.edns->version != 0) return QueryFault::version;
    if (query.question.type == type::opt) return QueryFault::malformed;
    if (!header->has(flag::rd) || !served(query.question)) return QueryFault::refused;
    if (header->counts[1] != 0 || header->counts[2] != 0) return QueryFault::malformed;
    return QueryFault::none;
}

bool read_reply(Bytes message, Reply& reply) {
    auto const header = read_header(message);
    if (!header || !header->has(flag::qr) || header->has(flag::opcode) || header->counts[0] != 1) return false;
    reply.message = message;
    reply.header = *header;
    reply.edns.reset();
    NameReader names{message};
    if (!read_question(message, names, reply.question)) return false;
    std::size_t at = reply.question.end;
    for (std::size_t section = 1; section < 4; ++section) {
        for (unsigned i = header->counts[section]; i > 0; --i) {
            Record record;
            if (!read_record(message, names, at, record) || record.type == type::tsig) return false;
            if (record.type != type::opt) {
                if (!check_data(message, names, record)) return false;
                continue;
            }
            if (section != 3 || reply.edns) return false;
            if (!read_edns(message, record, Strict::no, reply.edns.emplace()) || reply.edns->version != 0) return false;
        }
    }
    reply.rcode =
        static_cast<std::uint16_t>((header->flags & flag::rcode) | (reply.edns ? reply.edns->extended_rcode << 4 : 0));
    return at == message.size();
}

Records::Records(Reply const& reply)
    : message_(reply.message),
      names_(reply.message),
      left_{reply.header.counts[1], reply.header.counts[2], reply.header.counts[3]},
      at_(reply.question.end) {}

bool Records::next(Record& record) {
    for (std::size_t section = 0; section < 3;) {
        if (left_[section] == 0) {
            ++section;
            continue;
        }
        --left_[section];
        if (!read_record(message_, names_, at_, record)) return false;
        record.section = static_cast<Section>(section);
        if (record.type != type::opt) return true;
    }
    return false;
}

}  // namespace kindgate::content::dns
