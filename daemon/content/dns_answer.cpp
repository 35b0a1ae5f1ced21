// The parts of an answer that don't depend on an upstream's reply.
#include "content/dns_answer.h"

#include "dns_writing.h"

namespace kindgate::content::dns {

Asked asked_by(Query const& query) {
    Asked asked;
    asked.id = query.header.id;
    asked.name = query.question.name;
    asked.type = query.question.type;
    asked.klass = query.question.klass;
    asked.recursion_desired = query.header.has(flag::rd);
    asked.checking_disabled = query.header.has(flag::cd);
    asked.authentic_data = query.header.has(flag::ad);
    if (query.edns) {
        asked.edns = true;
        asked.dnssec_ok = query.edns->dnssec_ok;
        asked.structured_error = query.edns->has_error;
        asked.udp_size = std::clamp(query.edns->udp_size, plain_udp_payload, udp_payload);
    }
    return asked;
}

void write_header(ByteWriter& out, Asked const& asked, std::uint16_t flags) {
    out.u16(asked.id);
    out.u16(static_cast<std::uint16_t>(flags | flag::qr | flag::ra | (asked.recursion_desired ? flag::rd : 0) |
                                       (asked.checking_disabled ? flag::cd : 0)));
    out.u16(1);
    out.u16(0);
    out.u16(0);
    out.u16(0);
    out.bytes(asked.name.bytes());
    out.u16(asked.type);
    out.u16(asked.klass);
}

// RFC 6891, 6.1.2; RFC 8914, 2.
void write_edns(ByteWriter& out, Asked const& asked, std::uint16_t rcode, std::optional<ExtendedError> const& error) {
    if (!asked.edns || !out.ok()) return;
    auto const before = out.size();
    for (bool const with_text : {true, false}) {
        auto const text = error && with_text ? std::as_bytes(std::span{error->text}) : Bytes{};
        out.u8(0);
        out.u16(type::opt);
        out.u16(udp_payload);
        out.u8(static_cast<std::uint8_t>(rcode >> 4));
        out.u8(0);
        out.u16(asked.dnssec_ok ? 0x8000 : 0);
        out.u16(static_cast<std::uint16_t>(error ? 6 + text.size() : 0));
        if (error) {
            out.u16(option::extended_error);
            out.u16(static_cast<std::uint16_t>(2 + text.size()));
            out.u16(error->code);
            out.bytes(text);
        }
        if (out.ok() || text.empty()) break;
        out.cut(before);
    }
    if (out.ok()) out.u16_at(10, 1);
}

std::size_t write_query(std::span<std::byte> place, std::uint16_t id, Name const& name, std::uint16_t type,
                        bool dnssec_ok, bool checking_disabled) {
    ByteWriter out{place};
    out.u16(id);
    out.u16(static_cast<std::uint16_t>(flag::rd | flag::ad | (checking_disabled ? flag::cd : 0)));
    out.u16(1);
    out.u16(0);
    out.u16(0);
    out.u16(1);
    out.bytes(name.bytes());
    out.u16(type);
    out.u16(class_in);
    out.u8(0);
    out.u16(type::opt);
    out.u16(udp_payload);
    out.u16(0);
    out.u16(dnssec_ok ? 0x8000 : 0);
    out.u16(0);
    return out.ok() ? out.size() : 0;
}

std::size_t write_malformed(std::span<std::byte> place, Header const& header) {
    ByteWriter out{place};
    out.u16(header.id);
    out.u16(static_cast<std::uint16_t>(flag::qr | (header.flags & (flag::opcode | flag::rd)) | rcode::formerr));
    for (int i = 0; i < 4; ++i) out.u16(0);
    return out.ok() ? out.size() : 0;
}

std::size_t write_answer(std::span<std::byte> place, Asked const& asked, std::uint16_t rcode,
                         std::optional<ExtendedError> const& error) {
    ByteWriter out{place};
    write_header(out, asked, rcode & flag::rcode);
    write_edns(out, asked, rcode, error);
    return out.ok() ? out.size() : 0;
}

std::size_t write_truncated(std::span<std::byte> place, Asked const& asked) {
    ByteWriter out{place};
    write_header(out, asked, flag::tc);
    write_edns(out, asked, rcode::noerror, {});
    return out.ok() ? out.size() : 0;
}

std::size_t write_address(std::span<std::byte> place, Asked const& asked, IpAddress const& address, std::uint32_t ttl,
                          std::optional<ExtendedError> const& error) {
    ByteWriter out{place};
    write_header(out, asked, rcode::noerror);
    out.u16(0xc000 | header_size);
    out.u16(asked.type);
    out.u16(class_in);
    out.u32(ttl);
    auto const bytes = std::as_bytes(address.bytes());
    out.u16(static_cast<std::uint16_t>(bytes.size()));
    out.bytes(bytes);
    if (!out.ok()) return 0;
    out.u16_at(6, 1);
    write_edns(out, asked, rcode::noerror, error);
    return out.ok() ? out.size() : 0;
}

}  // namespace kindgate::content::dns
