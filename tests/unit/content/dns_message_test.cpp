#include "content/dns_message.h"

#include <string>

#include "content/dns_answer.h"
#include "dns_build.h"

using namespace kindgate;
namespace dns = content::dns;
using test::Message;

namespace {

// What port 53 does about a fault. RD=0 is refused, and a refusal is an answer to the corpus.
std::string answer_to(dns::QueryFault fault) {
    switch (fault) {
        case dns::QueryFault::none: return "ANSWER";
        case dns::QueryFault::unanswerable: return "DROP";
        case dns::QueryFault::malformed: return "FORMERR";
        case dns::QueryFault::operation: return "NOTIMP";
        case dns::QueryFault::version: return "BADVERS";
        case dns::QueryFault::refused: return "ANSWER";
    }
    return "";
}

bool among(std::string const& one, std::string const& alternatives) {
    return ("|" + alternatives + "|").find("|" + one + "|") != std::string::npos;
}

dns::QueryFault fault_of(dns::Bytes message) {
    dns::Query query;
    return dns::read_query(message, query);
}

bool is_reply(dns::Bytes message) {
    dns::Reply reply;
    return dns::read_reply(message, reply);
}

constexpr test::Test tests[] = {
    {"attack class 7: every message of the corpus gets, as a query, what it must",
     [] {
         for (auto const& row : test::dns_corpus()) {
             auto const got = answer_to(fault_of(row.message));
             test::check(among(got, row.as_query), row.id + ": got " + got + ", expected " + row.as_query);
         }
     }},
    {"attack class 6: what the corpus says to discard is never taken for a reply, and honest ones are",
     [] {
         for (auto const& row : test::dns_corpus()) {
             bool const taken = is_reply(row.message);
             if (row.as_reply == "DISCARD") {
                 test::check(!taken, row.id + ": taken");
                 continue;
             }
             // Replies to something else than one standard question match no query of ours.
             auto const header = *dns::read_header(row.message);
             bool const ours = (header.flags & dns::flag::opcode) == 0 && header.counts[0] == 1;
             test::equal(taken, ours, row.id);
         }
     }},
    {"every cut of an honest message is refused, as is a byte more",
     [] {
         auto query = Message::query("www.example.com", dns::type::a)
                          .opt(1232, true, test::from_hex("000a00080102030405060708"))
                          .bytes();
         auto reply = Message::reply_to(query)
                          .cname("", "cdn.example.net")
                          .a("cdn.example.net", "192.0.2.1")
                          .soa("", 5, 5)
                          .opt()
                          .bytes();
         test::check(fault_of(query) == dns::QueryFault::none && is_reply(reply), "whole");
         for (std::size_t size = 0; size < query.size(); ++size)
             test::check(fault_of(dns::Bytes{query}.first(size)) != dns::QueryFault::none, std::to_string(size));
         for (std::size_t size = 0; size < reply.size(); ++size)
             test::check(!is_reply(dns::Bytes{reply}.first(size)), std::to_string(size));
         query.push_back(std::byte{0});
         reply.push_back(std::byte{0});
         test::check(fault_of(query) == dns::QueryFault::malformed && !is_reply(reply), "a byte more");
     }},
    {"attack class 12: two questions, a second OPT, answers in a query: refused",
     [] {
         using enum dns::QueryFault;
         struct Case {
             char const* about;
             Message message;
             dns::QueryFault expected;
         };
         auto const plain = [] { return Message::query("example.com", dns::type::a); };
         for (auto const& c :
              {Case{"plain", plain(), none}, Case{"two questions", plain().question("b.example", 1), malformed},
               Case{"one OPT", plain().opt(), none}, Case{"two OPT", plain().opt().opt(), malformed},
               Case{"an answer", plain().a("", "192.0.2.1"), malformed},
               Case{"an authority", plain().soa("", 5, 5), malformed},
               Case{"RD=0", Message::query("example.com", 1, 1, 0), refused},
               Case{"opcode 2", Message::query("example.com", 1, 1, 0x1100), operation},
               Case{"class CH", Message{1, 0x100}.question("version.bind", 16, 3), refused},
               Case{"AXFR", Message::query("example.com", 252), refused},
               Case{"an unknown type", Message::query("example.com", 65280), none},
               Case{"asks for OPT", Message::query("example.com", 41), malformed},
               Case{"TSIG besides", plain().record(3, "key", 250, 0, test::from_hex("00")), none}})
             test::check(fault_of(c.message) == c.expected, c.about);
     }},
    {"what EDNS says is read: size, DO, the offer to read extended errors",
     [] {
         dns::Query query;
         auto const message = Message::query("a.example", 1).opt(4096, true, test::from_hex("000f00020000"));
         test::check(dns::read_query(message, query) == dns::QueryFault::none && query.edns.has_value(), "read");
         test::equal(query.edns->udp_size, 4096, "size");
         test::check(query.edns->dnssec_ok && query.edns->has_error, "DO and option 15");
     }},
    {"data that isn't what its type wants makes a reply malformed",
     [] {
         auto const query = Message::query("a.example", 1);
         struct Case {
             std::uint16_t type;
             std::string_view data;
             bool fine;
         };
         for (auto const& c : {Case{1, "c0000201", true},
                               Case{1, "c00002", false},
                               Case{28, "c0000201", false},
                               Case{5, "c00c", true},
                               Case{5, "c00c00", false},
                               Case{5, "0161", false},
                               Case{15, "000ac00c", true},
                               Case{15, "000a", false},
                               Case{6, "c00cc00c0000000000000000000000000000000000000000", true},
                               Case{6, "c00cc00c00", false},
                               Case{16, "0161", true},
                               Case{16, "", false},
                               Case{16, "0261", false},
                               Case{33, "000000000050c00c", true},
                               Case{35, "00000000000000c00c", true},
                               Case{29, "00", false},
                               Case{65280, "", true},
                               Case{13, "016101", false},
                               Case{41, "", false},
                               Case{250, "", false}})
             test::equal(is_reply(Message::reply_to(query).record(1, "", c.type, 60, test::from_hex(c.data))), c.fine,
                         std::to_string(c.type) + " " + std::string{c.data});
     }},
    {"a TTL with its highest bit set counts as none",
     [] {
         auto const message = Message::reply_to(Message::query("a.example", 1)).a("", "192.0.2.1", 0x80000001);
         test::equal(test::read_back(message).least_ttl, 0U, "RFC 2181, 8");
     }},
    {"attack class 10: 64 KiB of options or of pointers are read within the budget",
     [] {
         test::ByteVector options;
         for (int i = 0; i < 16000; ++i)
             for (auto const byte : test::from_hex("fde90000")) options.push_back(byte);
         test::check(fault_of(Message::query("a.example", 1).opt(1232, false, options)) == dns::QueryFault::none,
                     "16,000 options");
         auto bomb = Message::reply_to(Message::query("a.example", 1));
         std::string deep = "x";
         for (int i = 0; i < 110; ++i) deep += ".x";
         auto const target_at = static_cast<std::uint16_t>(bomb.bytes().size() + 12);
         bomb.cname("", deep);
         test::check(is_reply(bomb), "one such name");
         for (int i = 0; i < 4000; ++i)
             bomb.u16(0xc000 | target_at).u16(1).u16(1).u16(0).u16(9).u16(4).u16(0xc000).u16(0x0201).count(1);
         test::check(!is_reply(bomb), "4,000 names of 111 labels spend the budget");
     }},
};

}  // namespace

int main() {
    return test::run("content/dns_message", tests);
}
