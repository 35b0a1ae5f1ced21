// The classes of attack on DNS that forwarders and filters have fallen to, by their numbers in the project's survey of
// them, each against a front that runs. 10 (bombs) and 7 (odd queries) are shown here end to end, and message by
// message in tests/unit/content.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "content/dns_answer.h"
#include "scripted.h"

using namespace kindgate;
namespace dns = content::dns;
using test::Front;
using test::Message;

namespace {

front::FrontSettings unlimited() {
    front::FrontSettings settings;
    settings.answers_a_second = 0;
    settings.waiting = 0;
    return settings;
}

Message right(dns::Bytes query) {
    return std::move(Message::reply_to(query).a("", "192.0.2.1"));
}

dns::Query parsed(dns::Bytes message) {
    dns::Query query;
    test::check(dns::read_query(message, query) == dns::QueryFault::none, "what the front forwards is a query");
    return query;
}

test::ByteVector changed(dns::Bytes bytes, std::size_t at, unsigned mask) {
    test::ByteVector copy{bytes.begin(), bytes.end()};
    copy[at] ^= static_cast<std::byte>(mask);
    return copy;
}

void has_right_answer(dns::Bytes message) {
    auto const said = test::read_back(message);
    test::check(said.reply.rcode == 0 && said.addresses == std::vector<std::string>{"192.0.2.1"}, "the right answer");
}

constexpr test::Test tests[] = {
    {"class 1, DNSpooq: 1,000 identical questions are one question upstream",
     [] {
         Front house{test::open_view(), unlimited()};
         for (int i = 0; i < 1000; ++i) {
             house.client.send(house.at, Message::query("www.example", 1, static_cast<std::uint16_t>(i)));
             // The kernel's own queue for the socket is bounded.
             if (i % 100 == 99)
                 test::check(test::wait_until(
                                 [&] { return house.front->counters().queries >= static_cast<std::uint64_t>(i) + 1; }),
                             "read");
         }
         auto const asked = house.upstream().must_receive();
         auto const from = house.upstream().from;
         test::check(house.upstream_is_quiet(), "one");
         house.upstream().send(from, right(asked));
         std::set<std::uint16_t> ids;
         for (int i = 0; i < 1000; ++i) {
             auto const answer = house.client.must_receive();
             has_right_answer(answer);
             ids.insert(dns::read_header(answer)->id);
         }
         test::equal(ids.size(), 1000U, "each client's own id");
     }},
    {"class 1: an answer from elsewhere, with a wrong id or another question isn't taken",
     [] {
         Front house;
         house.client.send(house.at, Message::query("wwwexample.testing", 1));
         auto const asked = house.upstream().must_receive();
         auto const from = house.upstream().from;
         auto const good = right(asked).bytes();
         test::Udp stranger;
         stranger.send(from, Message::reply_to(asked).a("", "203.0.113.1"));
         house.upstream().send(from, changed(good, 1, 1));
         house.upstream().send(from, changed(good, 14, 2));            // another name
         house.upstream().send(from, changed(good, 12 + 20 + 1, 28));  // another type
         test::check(!house.client.receive(test::nothing_ms), "none of them");
         house.upstream().send(from, good);
         has_right_answer(house.client.must_receive());
     }},
    {"class 1: whoever answers in another case must do so by TCP; a resolver that loses the case is asked without one",
     [] {
         Front house;
         test::TcpListener const stream{house.upstream().local()};
         auto const folded = [](dns::Bytes asked) {
             test::ByteVector query{asked.begin(), asked.end()};
             for (auto at = dns::header_size; query[at] != std::byte{0}; ++at)
                 if (query[at] >= std::byte{'A'} && query[at] <= std::byte{'Z'}) query[at] |= std::byte{0x20};
             return query;
         };
         house.client.send(house.at, Message::query("wwwexample.testing", 1));
         auto asked = house.upstream().must_receive();
         house.upstream().send(house.upstream().from, Message::reply_to(folded(asked)).a("", "203.0.113.1"));
         auto connection = stream.accept();
         house.upstream().send(house.upstream().from, Message::reply_to(folded(asked)).a("", "203.0.113.1"));
         connection.send(right(folded(connection.must_receive())));
         has_right_answer(house.client.must_receive());
         house.client.send(house.at, Message::query("other-example.testing", 1));
         asked = house.upstream().must_receive();
         test::check(asked == folded(asked), "asked as it answers");
         house.upstream().send(house.upstream().from, right(asked));
         has_right_answer(house.client.must_receive());
     }},
    {"class 1: a forged answer in another case doesn't keep the right one away",
     [] {
         Front house;
         house.client.send(house.at, Message::query("wwwexample.testing", 1));
         auto const asked = house.upstream().must_receive();
         auto const good = right(asked).bytes();
         auto const from = house.upstream().from;
         for (int i = 0; i < 5; ++i) house.upstream().send(from, changed(good, 14, 0x20));
         test::check(!house.client.receive(test::nothing_ms), "none of them");
         house.upstream().send(from, good);
         has_right_answer(house.client.must_receive());
     }},
    {"class 1: ids, ports and case are unlike from one question to the next",
     [] {
         Front house{test::open_view(), unlimited()};
         std::set<std::uint16_t> ids, ports;
         std::set<std::string> cases;
         for (int i = 0; i < 64; ++i) {
             house.client.send(house.at, Message::query("n" + std::to_string(i) + ".abcdefgh", 1));
             auto const asked = house.upstream().must_receive();
             ids.insert(dns::read_header(asked)->id);
             ports.insert(house.upstream().from.port);
             cases.insert(parsed(asked).question.name.text().substr(3));
         }
         test::check(ids.size() > 60 && ports.size() > 16 && cases.size() > 30, "unlike");
     }},
    {"class 2, RebirthDay: client subnets that differ make no second question, and go no further",
     [] {
         Front house;
         for (unsigned i = 1; i < 50; ++i) {
             test::ByteVector subnet = test::from_hex("00080007000118000a0000");
             subnet[10] = static_cast<std::byte>(i);
             house.client.send(house.at, Message::query("www.example", 1, 1).opt(1232, false, subnet));
         }
         auto const asked = house.upstream().must_receive();
         test::check(house.upstream_is_quiet(), "one question");
         test::equal(asked.size(), 12 + 13 + 4 + 11U, "nothing of a client in it");
     }},
    {"class 3, KeyTrap: nothing is validated, and AD comes from the upstream alone",
     [] {
         Front house;
         auto const query = Message::query("www.example", 48, 1, 0x0120).opt(1232, true);
         auto const answer = house.ask(query, [](dns::Bytes asked) {
             auto reply = Message::reply_to(asked);
             for (int i = 0; i < 10; ++i) {
                 reply.record(1, "", 48, 60, test::from_hex("01010308aabbccdd"));
                 reply.record(1, "", 46, 60,
                              test::from_hex("003008020000003c00000000000000000001"
                                             "00"
                                             "ffff"));
             }
             return reply;
         });
         auto const said = test::read_back(answer);
         test::check(said.records == 20 && !said.header.has(dns::flag::ad), "passed on as it came");
     }},
    {"class 4, NXNSAttack: a referral of 100 names leads to no question",
     [] {
         Front house;
         auto const answer = house.ask(Message::query("www.example", 1), [](dns::Bytes asked) {
             auto reply = Message::reply_to(asked);
             for (int i = 0; i < 100; ++i)
                 reply.record(2, "example", 2, 60, Message::name_bytes("ns" + std::to_string(i) + ".victim.example"));
             return reply;
         });
         test::check(test::read_back(answer).addresses.empty() && house.upstream_is_quiet(), "nothing more is asked");
     }},
    {"class 5, TsuKing: an upstream that is the front itself gets a bounded number of questions; RD=0 is refused",
     [] {
         Front house;
         auto const refused = test::read_back(house.ask(Message::query("www.example", 1, 7, 0)));
         test::equal(refused.reply.rcode, dns::rcode::refused, "RD=0");
         // What the front asks is sent to it again, as by a loop: the question is in flight already.
         house.client.send(house.at, Message::query("www.example", 1));
         auto const asked = house.upstream().must_receive();
         for (int i = 0; i < 20; ++i) house.client.send(house.at, asked);
         test::check(house.upstream_is_quiet(), "no packet for twenty");
     }},
    {"class 5: a resolver in the LAN that asks for what it is being asked is told at once that it fails",
     [] {
         Front house;
         house.client.send(house.at, Message::query("www.example", 1));
         auto const asked = house.upstream().must_receive();
         auto const from = house.upstream().from;
         test::Udp other;
         other.send(house.at, Message::query("www.example", 1));
         test::Udp box;
         box.mark(5);
         box.send(house.at, asked);
         auto const refused = test::read_back(box.must_receive());
         test::equal(refused.reply.rcode, dns::rcode::servfail, "waits for nobody");
         house.upstream().send(from, right(asked));
         has_right_answer(house.client.must_receive());
         has_right_answer(other.must_receive());
     }},
    {"class 6, TuDoor: after every bad reply of the corpus the right one still counts",
     [] {
         Front house;
         house.client.send(house.at, Message::query("www.example", 1));
         auto const asked = house.upstream().must_receive();
         auto const from = house.upstream().from;
         for (auto row : test::dns_corpus()) {
             if (row.as_reply != "DISCARD" || row.message.size() < 2) continue;
             row.message[0] = asked[0];
             row.message[1] = asked[1];
             house.upstream().send(from, row.message);
         }
         test::check(!house.client.receive(test::nothing_ms), "none of them ends the wait");
         house.upstream().send(from, right(asked));
         has_right_answer(house.client.must_receive());
     }},
    {"class 7, JIGGLE: malformed queries are answered FORMERR and not forwarded",
     [] {
         Front house{test::open_view(), unlimited()};
         std::size_t sent = 0;
         for (auto const& row : test::dns_corpus()) {
             if (row.as_query != "FORMERR" && row.as_query != "DROP") continue;
             house.client.send(house.at, row.message);
             ++sent;
             if (row.as_query == "DROP") continue;
             auto const answer = house.client.must_receive();
             test::equal(dns::read_header(answer)->flags & dns::flag::rcode, dns::rcode::formerr, row.id);
         }
         test::check(sent > 170 && house.upstream_is_quiet(), "the upstream hears of none");
         test::check(!house.client.receive(test::nothing_ms), "no other answer");
     }},
    {"class 8, SAD DNS: sockets to upstreams are connected, so a probe from elsewhere finds a closed port",
     [] {
         Front house;
         house.client.send(house.at, Message::query("www.example", 1));
         (void)house.upstream().must_receive();
         auto const port = house.upstream().from;
         // To a connected socket there is no port for anybody else: the prober is told so at once.
         test::Udp prober;
         front::SocketAddress const address{port};
         test::check(connect(prober.descriptor(), address.get(), address.size()) == 0, "connect");
         std::byte const one{1};
         (void)::send(prober.descriptor(), &one, 1, 0);
         pollfd waiting{prober.descriptor(), POLLIN, 0};
         test::check(::poll(&waiting, 1, test::longest_ms) > 0 && ::recv(prober.descriptor(), nullptr, 0, 0) < 0 &&
                         errno == ECONNREFUSED,
                     "refused");
     }},
    {"class 9, DNSBomb: 1,000 collected questions are not 1,000 answers at once",
     [] {
         front::FrontSettings settings;
         settings.waiting = 50;
         Front house{test::open_view(), settings};
         for (int i = 0; i < 1000; ++i)
             house.client.send(house.at, Message::query("n" + std::to_string(i) + ".example", 1));
         test::check(test::wait_until([&] { return house.front->counters().queries > 200; }), "read");
         std::size_t asked = 0;
         std::size_t answers = 0;
         std::vector<std::pair<front::Endpoint, test::ByteVector>> held;
         while (auto const one = house.upstream().receive(test::nothing_ms)) {
             ++asked;
             held.emplace_back(house.upstream().from, *one);
         }
         for (auto const& [from, one] : held) house.upstream().send(from, right(one));
         while (house.client.receive(test::nothing_ms)) ++answers;
         test::equal(asked, 50U, "questions upstream");
         test::equal(answers, 50U, "answers");
     }},
    {"class 9: and so many answers a second, to the same slot from any port",
     [] {
         front::FrontSettings settings;
         settings.answers_a_second = 1;
         settings.answers_burst = 20;
         auto view = test::open_view();
         std::array const rules{test::rule("example", policy::RuleKind::block)};
         test::names_in(view).table = policy::NameTable{rules};
         Front house{std::move(view), settings};
         std::size_t answers = 0;
         for (int i = 0; i < 100; ++i) house.client.send(house.at, Message::query("www.example", 1));
         while (house.client.receive(test::nothing_ms)) ++answers;
         test::check(answers >= 20 && answers <= 22, std::to_string(answers));
     }},
    {"class 10: 64 KiB of pointers and of options by TCP cost little and get an answer",
     [] {
         Front house;
         test::ByteVector options;
         for (int i = 0; i < 15000; ++i)
             for (auto const byte : test::from_hex("fde90000")) options.push_back(byte);
         test::Tcp client{house.at};
         client.send(Message::query("www.example", 1).opt(1232, false, options));
         auto const asked = house.upstream().must_receive();
         test::equal(asked.size(), 12 + 13 + 4 + 11U, "no option is forwarded");
         house.upstream().send(house.upstream().from, right(asked));
         has_right_answer(client.must_receive());
         auto bomb = Message::query("a.example", 1);
         for (int i = 0; i < 5000; ++i)
             bomb.u16(static_cast<std::uint16_t>(0xc000 | (i < 8 ? 12 : 27 + 12 * (i % 1000))))
                 .u16(1)
                 .u16(1)
                 .u16(0)
                 .u16(0)
                 .u16(0)
                 .count(3);
         client.send(bomb);
         test::equal(dns::read_header(client.must_receive())->flags & dns::flag::rcode, dns::rcode::formerr,
                     "malformed");
     }},
    {"class 10: a reply with names by the thousand is not judged name by name for each who waits",
     [] {
         Front house{test::open_view(), unlimited()};
         test::TcpListener const stream{house.upstream().local()};
         constexpr int waiters = 50;
         for (int i = 0; i < waiters; ++i)
             house.client.send(house.at, Message::query("www.example", 1, static_cast<std::uint16_t>(i)));
         auto asked = house.upstream().must_receive();
         auto cut = Message::reply_to(asked).bytes();
         cut[2] |= std::byte{0x02};
         house.upstream().send(house.upstream().from, cut);
         auto connection = stream.accept();
         asked = connection.must_receive();
         auto bomb = Message::reply_to(asked);
         for (int i = 0; i < 2000; ++i) bomb.a(fmt::format("n{}", i), "192.0.2.1");
         connection.send(bomb);
         for (int i = 0; i < waiters; ++i)
             test::equal(test::read_back(house.client.must_receive()).reply.rcode, dns::rcode::servfail,
                         "not believed");
         // As many as a chain may have are.
         auto const chain = house.ask(Message::query("chain.example", 1).opt(), [](dns::Bytes query) {
             auto reply = Message::reply_to(query);
             std::string owner;
             for (int i = 0; i < 16; ++i) {
                 auto const target = fmt::format("link{}.example", i);
                 reply.cname(owner, target);
                 owner = target;
             }
             return std::move(reply.a(owner, "192.0.2.1"));
         });
         has_right_answer(chain);
     }},
    {"class 11: views are swapped 1,000 times under load; a blocked name is never answered otherwise",
     [] {
         Front house{test::open_view(), unlimited()};
         auto const blocking = [](std::uint64_t generation) {
             auto view = test::open_view();
             view.generation = generation;
             std::vector<policy::NamedRule> rules{test::rule("blocked.example", policy::RuleKind::block)};
             for (std::uint64_t i = 0; i < generation % 7; ++i)
                 rules.push_back(test::rule("n" + std::to_string(i), policy::RuleKind::block));
             test::names_in(view).table = policy::NameTable{rules};
             return view;
         };
         house.show(blocking(0));
         (void)house.ask(Message::query("blocked.example", 1));
         for (std::uint64_t i = 1; i <= 1000; ++i) {
             house.show(blocking(i));
             auto const said = test::read_back(house.ask(Message::query("www.blocked.example", 1)));
             test::check(said.reply.rcode == dns::rcode::nxdomain && said.records == 0, "blocked");
         }
         test::check(house.upstream_is_quiet(), "nothing was asked");
         auto const failed = house.ask(Message::query("www.example", 1),
                                       [](dns::Bytes asked) { return Message::reply_to(asked, 2).a("", "192.0.2.1"); });
         test::equal(test::read_back(failed).reply.rcode, dns::rcode::servfail, "SERVFAIL stays SERVFAIL");
     }},
    {"class 11: a name that becomes blocked while its answer is on its way is blocked",
     [] {
         Front house;
         house.client.send(house.at, Message::query("www.example", 1));
         auto const asked = house.upstream().must_receive();
         auto const from = house.upstream().from;
         auto view = test::open_view();
         std::array const rules{test::rule("example", policy::RuleKind::block)};
         test::names_in(view).table = policy::NameTable{rules};
         house.show(std::move(view));
         (void)house.ask(Message::query("other.example", 1));
         house.upstream().send(from, right(asked));
         test::equal(test::read_back(house.client.must_receive()).reply.rcode, dns::rcode::nxdomain, "blocked");
     }},
    {"class 12: what is forwarded is written anew; two questions, trailing bytes and a second OPT are not forwarded",
     [] {
         Front house;
         auto trailing = Message::query("www.example", 1).bytes();
         trailing.push_back(std::byte{0});
         for (auto const& bad : {trailing, Message::query("www.example", 1).question("b.example", 1).bytes(),
                                 Message::query("www.example", 1).opt().opt().bytes()})
             test::equal(dns::read_header(house.ask(bad))->flags & dns::flag::rcode, dns::rcode::formerr, "FORMERR");
         test::check(house.upstream_is_quiet(), "not forwarded");
         house.client.send(
             house.at,
             Message::query("www.example", 1, 9, 0x0110).opt(4096, true, test::from_hex("000a00080102030405060708")));
         auto const asked = house.upstream().must_receive();
         auto const query = parsed(asked);
         std::array<std::byte, 512> place;
         auto const size = dns::write_query(place, query.header.id, query.question.name, 1, true, true);
         test::check(std::ranges::equal(asked, dns::Bytes{place}.first(size)), "byte for byte");
     }},
    {"class 13, rebinding: private addresses are removed, unless the board allows the name",
     [] {
         auto view = test::open_view();
         std::array const rules{test::rule("home.arpa", policy::RuleKind::private_allowed)};
         test::names_in(view).table = policy::NameTable{rules};
         Front house{std::move(view)};
         auto const reply = [](dns::Bytes asked) {
             return Message::reply_to(asked)
                 .a("", "10.0.0.1")
                 .a("", "127.0.0.1")
                 .a("", "0.0.0.0")
                 .a("", "169.254.1.1")
                 .aaaa("", "::ffff:10.0.0.1")
                 .aaaa("", "fd00::1");
         };
         auto const said = test::read_back(house.ask(Message::query("evil.example", 1).opt(), reply));
         test::check(said.addresses.empty() && said.reply.edns->error_code == dns::ede::filtered,
                     "none is left, and why");
         auto const own = test::read_back(house.ask(Message::query("printer.home.arpa", 1), reply));
         test::equal(own.addresses.size(), 6U, "the home's own");
     }},
};

}  // namespace

int main() {
    return test::run("front/attack_classes", tests);
}
