// DNS messages for tests, byte by byte as they are told: well-formed ones and others.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "content/dns_message.h"
#include "test.h"

namespace kindgate::test {

namespace dns = content::dns;
using ByteVector = std::vector<std::byte>;

inline ByteVector from_hex(std::string_view hex) {
    ByteVector bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes.push_back(static_cast<std::byte>(std::stoul(std::string{hex.substr(i, 2)}, nullptr, 16)));
    return bytes;
}

struct CorpusRow {
    std::string id, as_query, as_reply;
    ByteVector message;
};
// corpora/dns/messages.tsv: 240 odd and honest messages, and what must become of each.
inline std::vector<CorpusRow> dns_corpus() {
    std::istringstream lines{data_text("corpora/dns/messages.tsv")};
    std::vector<CorpusRow> rows;
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        std::istringstream fields{line};
        std::array<std::string, 8> field;
        for (auto& one : field) std::getline(fields, one, '\t');
        rows.push_back({field[0], field[1], field[2], from_hex(field[7])});
    }
    equal(rows.size(), 240U, "rows");
    return rows;
}

inline dns::Name dns_name(std::string_view text) {
    auto const name = dns::Name::from_text(text);
    if (!name) fail("no name: " + std::string{text});
    return *name;
}

class Message {
public:
    Message(std::uint16_t id, std::uint16_t flags) {
        u16(id).u16(flags);
        bytes_.resize(dns::header_size);
    }
    static Message query(std::string_view name, std::uint16_t type, std::uint16_t id = 0x1234,
                         std::uint16_t flags = dns::flag::rd) {
        return Message{id, flags}.question(name, type);
    }
    // To a query, with its id, question and flags RD and CD.
    static Message reply_to(dns::Bytes query, std::uint16_t rcode = 0) {
        auto const header = *dns::read_header(query);
        dns::Query parsed;
        (void)dns::read_query(query, parsed);
        Message reply{header.id, static_cast<std::uint16_t>(0x8080 | (header.flags & 0x0110) | rcode)};
        reply.raw(parsed.question.name.bytes()).u16(parsed.question.type).u16(1).count(0);
        return reply;
    }

    Message& question(std::string_view name, std::uint16_t type, std::uint16_t klass = 1) {
        return raw(dns_name(name).bytes()).u16(type).u16(klass).count(0);
    }
    // `section` 1: answer, 2: authority, 3: additional. An empty owner is a pointer to the question.
    Message& record(unsigned section, std::string_view owner, std::uint16_t type, std::uint32_t ttl,
                    ByteVector const& data) {
        if (owner.empty())
            u16(0xc00c);
        else
            raw(dns_name(owner).bytes());
        u16(type).u16(1).u16(static_cast<std::uint16_t>(ttl >> 16)).u16(static_cast<std::uint16_t>(ttl));
        return u16(static_cast<std::uint16_t>(data.size())).raw(data).count(section);
    }
    Message& a(std::string_view owner, std::string_view address, std::uint32_t ttl = 300) {
        return record(1, owner, dns::type::a, ttl, address_bytes(address));
    }
    Message& aaaa(std::string_view owner, std::string_view address, std::uint32_t ttl = 300) {
        return record(1, owner, dns::type::aaaa, ttl, address_bytes(address));
    }
    Message& cname(std::string_view owner, std::string_view target, std::uint32_t ttl = 300) {
        return record(1, owner, dns::type::cname, ttl, name_bytes(target));
    }
    Message& soa(std::string_view owner, std::uint32_t ttl, std::uint32_t minimum) {
        ByteVector data = name_bytes("ns.example");
        auto const mail = name_bytes("admin.example");
        data.insert(data.end(), mail.begin(), mail.end());
        data.resize(data.size() + 16);
        for (int shift = 24; shift >= 0; shift -= 8) data.push_back(static_cast<std::byte>(minimum >> shift));
        return record(2, owner, dns::type::soa, ttl, data);
    }
    Message& opt(std::uint16_t udp_size = 1232, bool dnssec_ok = false, ByteVector const& options = {}) {
        raw(from_hex("00")).u16(dns::type::opt).u16(udp_size).u16(0).u16(dnssec_ok ? 0x8000 : 0);
        return u16(static_cast<std::uint16_t>(options.size())).raw(options).count(3);
    }
    Message& u16(std::uint16_t value) {
        bytes_.push_back(static_cast<std::byte>(value >> 8));
        bytes_.push_back(static_cast<std::byte>(value));
        return *this;
    }
    Message& raw(dns::Bytes bytes) {
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
        return *this;
    }
    // One more in that section's count.
    Message& count(unsigned section) {
        auto const low = std::to_integer<unsigned>(bytes_[5 + 2 * section]) + 1;
        bytes_[5 + 2 * section] = static_cast<std::byte>(low);
        if (low == 256)
            bytes_[4 + 2 * section] = static_cast<std::byte>(std::to_integer<unsigned>(bytes_[4 + 2 * section]) + 1);
        return *this;
    }
    ByteVector const& bytes() const { return bytes_; }
    operator dns::Bytes() const { return bytes_; }  // NOLINT(google-explicit-constructor)

    static ByteVector address_bytes(std::string_view address) {
        auto const parsed = value(IpAddress::parse(address));
        auto const bytes = std::as_bytes(parsed.bytes());
        return {bytes.begin(), bytes.end()};
    }
    static ByteVector name_bytes(std::string_view name) {
        auto const parsed = dns_name(name);
        return {parsed.bytes().begin(), parsed.bytes().end()};
    }

private:
    ByteVector bytes_;
};

// What an answer says, for comparing.
struct Said {
    std::shared_ptr<ByteVector const> message;  // what `reply` borrows
    dns::Header header;
    dns::Reply reply;
    std::vector<std::string> addresses;  // of the answer section
    std::vector<std::string> names;      // CNAME and DNAME targets there
    std::uint32_t least_ttl = 0xffffffff;
    std::size_t records = 0;  // in answer and authority
};
// The reply, or the test fails: what we write is what we would read.
inline Said read_back(dns::Bytes bytes) {
    Said said;
    said.message = std::make_shared<ByteVector const>(bytes.begin(), bytes.end());
    dns::Bytes const message{*said.message};
    check(dns::read_reply(message, said.reply), "a well-formed reply");
    said.header = said.reply.header;
    dns::Records records{said.reply};
    for (dns::Record record; records.next(record);) {
        if (record.section == dns::Section::additional) continue;
        ++said.records;
        if (record.section != dns::Section::answer) continue;
        said.least_ttl = std::min(said.least_ttl, record.ttl);
        auto const data = message.subspan(record.data_at, record.data_size);
        if (record.type == dns::type::a || record.type == dns::type::aaaa) {
            std::array<std::uint8_t, 16> raw{};
            for (std::size_t i = 0; i < data.size(); ++i) raw[i] = std::to_integer<std::uint8_t>(data[i]);
            said.addresses.push_back(record.type == dns::type::a
                                         ? IpAddress{std::array{raw[0], raw[1], raw[2], raw[3]}}.text()
                                         : IpAddress{raw}.text());
        } else if (record.type == dns::type::cname || record.type == dns::type::dname) {
            dns::Name target;
            check(records.names().read(record.data_at, target).has_value(), "a target");
            said.names.push_back(target.text());
        }
    }
    return said;
}

}  // namespace kindgate::test
