#include "content/dns_answer.h"

#include <array>

#include "dns_build.h"

using namespace kindgate;
namespace dns = content::dns;
using test::Message;

namespace {

using Place = std::array<std::byte, 2048>;

dns::Asked asked_by(dns::Bytes message) {
    dns::Query query;
    test::check(dns::read_query(message, query) == dns::QueryFault::none, "a query");
    return dns::asked_by(query);
}

std::string_view error_text(dns::Reply const& reply) {
    auto const text = reply.edns->error_text;
    return {reinterpret_cast<char const*>(text.data()), text.size()};
}

constexpr test::Test tests[] = {
    {"attack class 12: a query that we forward is written anew, byte for byte",
     [] {
         // What the client says besides its question goes no further: cookie, client subnet, TSIG, buffer size.
         auto const sent = Message::query("WWW.example", dns::type::a, 0x4711, 0x0110)
                               .opt(4096, true,
                                    test::from_hex("000a00080102030405060708"
                                                   "00080007000118000a0000"));
         auto const asked = asked_by(sent);
         Place place;
         auto const size =
             dns::write_query(place, 0xbeef, asked.name.folded(), asked.type, asked.dnssec_ok, asked.checking_disabled);
         auto const expected = test::from_hex(
             "beef0130"
             "0001000000000001"
             "03777777076578616d706c6500"
             "00010001"
             "00002904d00000"
             "80000000");
         test::check(std::ranges::equal(dns::Bytes{place}.first(size), expected), "the bytes");
     }},
    {"what a client asked for is remembered",
     [] {
         auto const asked =
             asked_by(Message::query("a.example", 28, 7, 0x0130).opt(100, true, test::from_hex("000f0000")));
         test::check(asked.id == 7 && asked.type == 28 && asked.checking_disabled && asked.authentic_data &&
                         asked.dnssec_ok && asked.structured_error,
                     "all of it");
         test::equal(asked.udp_size, 512, "never less than 512");
         test::equal(asked_by(Message::query("a.example", 1).opt(65535)).udp_size, 1232, "never more than 1,232");
         test::equal(asked_by(Message::query("a.example", 1)).udp_size, 512, "without EDNS");
     }},
    {"a refusal has the client's question and case, no record that a client could keep, and a reason for who speaks "
     "EDNS",
     [] {
         Place place;
         dns::ExtendedError const reason{dns::ede::blocked, "games: not before 16:00"};
         auto const with = asked_by(Message::query("GaMes.example", 1).opt());
         auto const size = dns::write_answer(place, with, dns::rcode::nxdomain, reason);
         auto const said = test::read_back(dns::Bytes{place}.first(size));
         test::equal(said.reply.rcode, dns::rcode::nxdomain, "rcode");
         test::equal(said.reply.question.name.text(), "GaMes.example", "case");
         test::equal(said.records, 0U, "records");
         test::equal(said.reply.edns->error_code, dns::ede::blocked, "code");
         test::equal(error_text(said.reply), reason.text, "text");
         test::check(!said.header.has(dns::flag::ad) && !said.header.has(dns::flag::aa), "claims nothing");
         auto const without = asked_by(Message::query("GaMes.example", 1));
         auto const plain = dns::write_answer(place, without, dns::rcode::nxdomain, reason);
         test::check(!test::read_back(dns::Bytes{place}.first(plain)).reply.edns, "no OPT for who sent none");
     }},
    {"a reason that doesn't fit is left out, its code stays",
     [] {
         std::array<std::byte, 512> place;
         std::string const text(600, 'x');
         auto const size = dns::write_answer(place, asked_by(Message::query("a.example", 1).opt(512)),
                                             dns::rcode::noerror, dns::ExtendedError{dns::ede::filtered, text});
         auto const said = test::read_back(dns::Bytes{place}.first(size));
         test::check(said.reply.edns && said.reply.edns->error_code == dns::ede::filtered &&
                         said.reply.edns->error_text.empty(),
                     "code without text");
     }},
    {"BADVERS travels in the OPT record",
     [] {
         Place place;
         auto const size =
             dns::write_answer(place, asked_by(Message::query("a.example", 1).opt()), dns::rcode::badvers);
         test::check(place[3] == std::byte{0x80}, "the header's part is zero");
         test::equal(test::read_back(dns::Bytes{place}.first(size)).reply.edns->extended_rcode, 1, "the rest");
     }},
    {"an address of ours is a whole answer, of either family",
     [] {
         Place place;
         for (std::string_view const address : {"192.0.2.7", "2001:db8::7"}) {
             auto const parsed = test::value(IpAddress::parse(address));
             auto const asked = asked_by(Message::query("a.example", address.size() == 9 ? 1 : 28));
             auto const size = dns::write_address(place, asked, parsed, 5);
             auto const said = test::read_back(dns::Bytes{place}.first(size));
             test::equal(said.addresses.at(0), address, "address");
             test::equal(said.least_ttl, 5U, "TTL");
         }
     }},
    {"truncated: no record, TC, the OPT stays",
     [] {
         Place place;
         auto const size = dns::write_truncated(place, asked_by(Message::query("a.example", 1).opt()));
         auto const said = test::read_back(dns::Bytes{place}.first(size));
         test::check(said.header.has(dns::flag::tc) && said.records == 0 && said.reply.edns, "as that");
     }},
    {"to a query that can't be read the answer is its id and FORMERR",
     [] {
         Place place;
         dns::Header header;
         header.id = 0xabcd;
         header.flags = 0x0130;
         auto const size = dns::write_malformed(place, header);
         test::check(std::ranges::equal(dns::Bytes{place}.first(size), test::from_hex("abcd81010000000000000000")),
                     "the bytes");
     }},
    {"a place that is too small gets nothing",
     [] {
         Place place;
         auto const asked = asked_by(Message::query("a.example", 1).opt());
         for (std::size_t size = 0; size < 27; ++size)
             test::equal(dns::write_answer(std::span{place}.first(size), asked, 0), 0U, "no room");
     }},
};

}  // namespace

int main() {
    return test::run("content/dns_answer", tests);
}
