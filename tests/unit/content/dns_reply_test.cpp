#include <array>
#include <memory>

#include "content/dns_answer.h"
#include "content/dns_svcb.h"
#include "dns_build.h"

using namespace kindgate;
namespace dns = content::dns;
using test::Message;

namespace {

struct Sent {
    std::array<std::byte, 65535> place;
    dns::Rewritten written;
    dns::Bytes bytes() const { return dns::Bytes{place}.first(written.size); }
};

dns::Asked asked_by(dns::Bytes message) {
    dns::Query query;
    test::check(dns::read_query(message, query) == dns::QueryFault::none, "a query");
    return dns::asked_by(query);
}

std::unique_ptr<Sent> send(Message const& query, dns::Bytes reply, dns::Changes const& changes = {}) {
    dns::Reply read;
    test::check(dns::read_reply(reply, read), "a reply");
    auto sent = std::make_unique<Sent>();
    sent->written = dns::write_reply(sent->place, asked_by(query), read, changes);
    return sent;
}

std::string joined(std::vector<std::string> const& parts) {
    std::string all;
    for (auto const& part : parts) all += (all.empty() ? "" : " ") + part;
    return all;
}

test::ByteVector https_data() {
    return test::from_hex(
        "000100"
        "00010003026832"
        "00040008c00002010a000001"
        "00050003010203"
        "00060020"
        "20010db8000000000000000000000001"
        "fd000000000000000000000000000001");
}

constexpr test::Test tests[] = {
    {"every honest reply of the corpus is written with the same records, and no longer than it was",
     [] {
         std::size_t count = 0;
         for (auto const& row : test::dns_corpus()) {
             dns::Reply reply;
             if (!dns::read_reply(row.message, reply)) continue;
             dns::Asked asked;
             asked.id = reply.header.id;
             asked.name = reply.question.name;
             asked.type = reply.question.type;
             asked.klass = reply.question.klass;
             asked.edns = reply.edns.has_value();
             auto sent = std::make_unique<Sent>();
             sent->written = dns::write_reply(sent->place, asked, reply, {.longest = 0x7fffffff});
             auto const before = test::read_back(row.message);
             auto const after = test::read_back(sent->bytes());
             test::equal(after.records, before.records, row.id);
             test::equal(joined(after.addresses), joined(before.addresses), row.id);
             test::equal(joined(after.names), joined(before.names), row.id);
             test::check(sent->bytes().size() <= row.message.size() + 16, row.id + ": grew");
             ++count;
         }
         test::check(count > 90, "rows");
     }},
    {"an answer comes with the client's id and case, and TTLs less by its age",
     [] {
         auto const reply = Message::reply_to(Message::query("www.example", 1, 99))
                                .cname("", "cdn.example", 60)
                                .a("cdn.example", "192.0.2.1");
         auto const sent = send(Message::query("wWw.example", 1, 5), reply, {.age = 45});
         auto const said = test::read_back(sent->bytes());
         test::equal(said.header.id, 5, "id");
         test::equal(said.reply.question.name.text(), "wWw.example", "case");
         test::equal(joined(said.names), "cdn.example", "chain");
         test::equal(joined(said.addresses), "192.0.2.1", "address");
         test::equal(said.least_ttl, 15U, "60 s, 45 of them gone");
         auto const old = send(Message::query("www.example", 1), reply, {.age = 100});
         test::equal(test::read_back(old->bytes()).least_ttl, 0U, "never below zero");
         auto const huge = Message::reply_to(Message::query("www.example", 1)).a("", "192.0.2.1", 0x7fffffff);
         test::equal(test::read_back(send(Message::query("www.example", 1), huge)->bytes()).least_ttl, 86400U,
                     "a day at most");
     }},
    {"additional records, the upstream's OPT and AA stay behind; authority and extended errors pass",
     [] {
         auto const query = Message::query("www.example", 1).opt();
         auto reply = Message::reply_to(query).a("", "192.0.2.1").soa("example", 30, 30);
         reply.record(3, "ns.example", 1, 60, test::from_hex("c0000202"))
             .opt(4096, false, test::from_hex("000a0008ffffffffffffffff000f0005000668656c"));
         auto const sent = send(query, reply);
         auto const said = test::read_back(sent->bytes());
         test::equal(said.records, 2U, "answer and authority");
         test::equal(said.header.counts[3], 1, "our OPT alone");
         test::equal(said.reply.edns->error_code, 6, "why, passed on");
         test::equal(said.reply.edns->udp_size, 1232, "our size");
     }},
    {"AD passes to who asked for it, and not where something was changed",
     [] {
         auto reply = Message::reply_to(Message::query("www.example", 1)).a("", "192.0.2.1").a("", "10.0.0.1").bytes();
         reply[3] |= std::byte{0x20};
         auto const ad = [&](Message const& query, dns::Changes const& changes = {}) {
             return test::read_back(send(query, reply, changes)->bytes()).header.has(dns::flag::ad);
         };
         auto const plain = Message::query("www.example", 1);
         auto const wants = Message::query("www.example", 1, 1, 0x0120);
         auto const dnssec = Message::query("www.example", 1).opt(1232, true);
         auto const other = test::dns_name("alias.example");
         test::check(!ad(plain) && ad(wants) && ad(dnssec), "who asked");
         test::check(!ad(wants, {.strip_private = true}), "an address is gone");
         test::check(!ad(wants, {.alias_of = &other}), "our CNAME before it");
     }},
    {"attack class 13: private addresses and hints are removed",
     [] {
         auto const query = Message::query("www.example", 1);
         auto reply = Message::reply_to(query)
                          .a("", "192.168.1.1")
                          .a("", "192.0.2.1")
                          .aaaa("", "fd00::1")
                          .aaaa("", "::ffff:10.0.0.1");
         reply.record(1, "", dns::type::https, 60, https_data());
         auto const sent = send(query, reply, {.strip_private = true});
         auto const said = test::read_back(sent->bytes());
         test::equal(joined(said.addresses), "192.0.2.1", "what is left");
         test::check(sent->written.removed, "said");
         dns::Records records{said.reply};
         dns::Record record;
         test::check(records.next(record) && records.next(record) && record.type == dns::type::https,
                     "the service stays");
         dns::Service service;
         test::check(dns::read_service(sent->bytes().first(record.data_at + record.data_size), record.data_at, service),
                     "whole");
         test::equal(service.ipv4_hints.size() + service.ipv6_hints.size(), 20U, "one hint of each family");
         test::check(service.has_ech, "nothing else is gone");
     }},
    {"ech is taken out, and a service that can't be without it goes whole",
     [] {
         auto const query = Message::query("www.example", dns::type::https);
         auto reply = Message::reply_to(query);
         reply.record(1, "", dns::type::https, 60, https_data());
         reply.record(1, "", dns::type::https, 60,
                      test::from_hex("000200"
                                     "000000020005"
                                     "00050003010203"));
         auto const sent = send(query, reply, {.strip_ech = true});
         auto const said = test::read_back(sent->bytes());
         test::equal(said.records, 1U, "services");
         dns::Records records{said.reply};
         dns::Record record;
         dns::Service service;
         test::check(records.next(record), "one");
         test::check(dns::read_service(sent->bytes().first(record.data_at + record.data_size), record.data_at, service),
                     "whole");
         test::check(!service.has_ech && service.ipv4_hints.size() == 8, "without ech, with hints");
     }},
    {"a reply to another name becomes the answer to an alias of it",
     [] {
         auto const upstream = Message::reply_to(Message::query("forcesafesearch.google.com", 1)).a("", "192.0.2.120");
         auto const asked = Message::query("www.google.com", 1);
         auto const original = test::dns_name("www.google.com");
         auto const sent = send(asked, upstream, {.alias_of = &original, .alias_ttl = 77});
         auto const said = test::read_back(sent->bytes());
         test::equal(said.reply.question.name.text(), "www.google.com", "the question");
         test::equal(joined(said.names), "forcesafesearch.google.com", "the alias");
         test::equal(joined(said.addresses), "192.0.2.120", "its address");
         test::equal(said.least_ttl, 77U, "its TTL");
         // The address's owner points into the CNAME's data.
         dns::Records records{said.reply};
         dns::Record record;
         dns::Name owner;
         test::check(records.next(record) && records.next(record) && records.names().read(record.owner_at, owner),
                     "an owner");
         test::equal(owner.text(), "forcesafesearch.google.com", "owner");
     }},
    {"names in data are written with the names they are, whatever they pointed to",
     [] {
         auto const query = Message::query("example.com", 15);
         auto reply = Message::reply_to(query);
         reply.record(1, "", 15, 60, test::from_hex("000a046d61696cc00c"));
         reply.record(1, "", 33, 60, test::from_hex("00010002005003737276c00c"));
         reply.record(1, "", 46, 60, test::from_hex("000108020000003c00000000000000000001c00cffff"));
         reply.record(1, "", 65280, 60, test::from_hex("c00c"));
         auto const sent = send(query, reply);
         auto const bytes = sent->bytes();
         auto const said = test::read_back(bytes);
         dns::Records records{said.reply};
         dns::Record record;
         dns::Name name;
         test::check(records.next(record) && records.names().read(record.data_at + 2, name) && record.data_size == 9,
                     "MX");
         test::equal(name.text(), "mail.example.com", "compressed again");
         test::check(records.next(record) && record.data_size == 6 + 17, "SRV is written out");
         test::check(records.next(record) && record.data_size == 18 + 13 + 2, "RRSIG too");
         test::check(records.next(record) && record.data_size == 2, "an unknown type's data is data");
     }},
    {"what doesn't fit isn't cut",
     [] {
         auto const query = Message::query("example.com", 1);
         auto reply = Message::reply_to(query);
         for (int i = 0; i < 40; ++i) reply.a("", "192.0.2.1");
         dns::Reply read;
         test::check(dns::read_reply(reply, read), "a reply");
         std::array<std::byte, 512> place;
         test::equal(dns::write_reply(place, asked_by(query), read, {}).size, 0U, "size");
     }},
    {"attack class 11: an extended code of the upstream's own hop doesn't turn into NOERROR",
     [] {
         auto const query = Message::query("example.com", 1).opt();
         auto reply = Message::reply_to(query);
         // BADCOOKIE, 23: 1 in the OPT, 7 in the header.
         auto bytes = reply.raw(test::from_hex("00")).u16(41).u16(1232).u16(0x0100).u16(0).u16(0).count(3).bytes();
         test::equal(test::read_back(send(query, bytes)->bytes()).reply.rcode, dns::rcode::servfail, "16");
     }},
    {"how long a reply may be kept",
     [] {
         auto const query = Message::query("example.com", 1);
         auto const kept = [](Message const& reply) {
             dns::Reply read;
             test::check(dns::read_reply(reply, read), "a reply");
             auto const seconds = dns::lifetime(read);
             return seconds ? std::to_string(*seconds) : "no";
         };
         struct Case {
             char const* about;
             Message reply;
             std::string_view expected;
         };
         for (auto const& c :
              {Case{"an address", Message::reply_to(query).a("", "192.0.2.1", 60), "60"},
               Case{"the least of a chain", Message::reply_to(query).cname("", "b", 20).a("b", "192.0.2.1", 60), "20"},
               Case{"a zero", Message::reply_to(query).a("", "192.0.2.1", 0), "0"},
               Case{"no such name, by the SOA's minimum", Message::reply_to(query, 3).soa("com", 900, 300), "300"},
               Case{"no such data, by the SOA's TTL", Message::reply_to(query).soa("com", 100, 300), "100"},
               Case{"a chain that ends nowhere", Message::reply_to(query).cname("", "b", 20).soa("com", 100, 300),
                    "20"},
               Case{"no such name, no SOA", Message::reply_to(query, 3), "no"},
               Case{"SERVFAIL", Message::reply_to(query, 2), "no"},
               Case{"a referral", Message::reply_to(query).record(2, "com", 2, 60, test::from_hex("0161c00c")), "no"}})
             test::equal(kept(c.reply), c.expected, c.about);
     }},
};

}  // namespace

int main() {
    return test::run("content/dns_reply", tests);
}
