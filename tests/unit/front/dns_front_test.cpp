// The front as its clients, its upstreams and the kernel see it.
#include "front/dns_front.h"

#include <algorithm>
#include <functional>

#include "scripted.h"

using namespace kindgate;
namespace dns = content::dns;
using std::chrono::milliseconds;
using test::Front;
using test::Message;

namespace {

Message right(dns::Bytes query) {
    return std::move(Message::reply_to(query).a("", "192.0.2.1"));
}

constexpr std::uint32_t child = 7;

policy::View child_view(policy::ViewProfile profile, std::vector<policy::NamedRule> const& rules = {}) {
    auto view = test::open_view();
    profile.rules = 1;
    view.profiles.push_back(std::move(profile));
    view.profile_of.resize(child + 1);
    view.profile_of[child] = 1;
    view.reasons.push_back({17, "windows[0]", "games: not before 16:00", R"({"j":"games"})"});
    test::names_in(view).table = policy::NameTable{rules};
    view.gate_v4 = test::value(IpAddress::parse("192.0.2.254"));
    view.gate_v6 = test::value(IpAddress::parse("2001:db8::254"));
    return view;
}

std::string error_text(dns::Reply const& reply) {
    auto const text = reply.edns->error_text;
    return {reinterpret_cast<char const*>(text.data()), text.size()};
}

constexpr test::Test tests[] = {
    {"an answer is kept for its TTL, by type, DO and CD; a decision is never kept",
     [] {
         Front house;
         auto const first =
             house.ask(Message::query("Www.example", 1, 1), [](dns::Bytes asked) { return right(asked); });
         auto const again = test::read_back(house.ask(Message::query("wwW.example", 1, 2)));
         test::check(test::read_back(first).addresses == again.addresses && again.header.id == 2,
                     "the second without the upstream");
         test::equal(again.reply.question.name.text(), "wwW.example", "in its own case");
         for (auto const& other : {Message::query("www.example", 28), Message::query("www.example", 1, 3, 0x0110),
                                   Message::query("www.example", 1).opt(1232, true)})
             (void)house.ask(other, [](dns::Bytes asked) { return Message::reply_to(asked); });
         auto view = test::open_view();
         std::array const rules{test::rule("www.example", policy::RuleKind::block)};
         test::names_in(view).table = policy::NameTable{rules};
         house.show(std::move(view));
         test::equal(test::read_back(house.ask(Message::query("www.example", 1))).reply.rcode, dns::rcode::nxdomain,
                     "from the next query on");
         house.show(test::open_view());
         test::equal(test::read_back(house.ask(Message::query("www.example", 1))).reply.rcode, dns::rcode::noerror,
                     "and back");
     }},
    {"a truncated answer is asked again by TCP; a client whose buffer is small hears TC, one by TCP all of it",
     [] {
         Front house;
         test::TcpListener const stream{house.upstream().local()};
         auto const large = [](dns::Bytes asked) {
             auto reply = Message::reply_to(asked);
             for (int i = 0; i < 200; ++i) reply.a("", "192.0.2.1");
             return reply;
         };
         house.client.send(house.at, Message::query("www.example", 1));
         auto asked = house.upstream().must_receive();
         auto cut = Message::reply_to(asked).bytes();
         cut[2] |= std::byte{0x02};
         house.upstream().send(house.upstream().from, cut);
         auto connection = stream.accept();
         connection.send(large(connection.must_receive()));
         auto const told = test::read_back(house.client.must_receive());
         test::check(told.header.has(dns::flag::tc) && told.records == 0, "TC by UDP");
         test::Tcp client{house.at};
         client.send(Message::query("www.example", 1));
         test::equal(test::read_back(client.must_receive()).addresses.size(), 200U, "all by TCP, from what was kept");
     }},
    {"questions on one connection are answered as their answers come",
     [] {
         Front house;
         test::Tcp client{house.at};
         test::ByteVector both;
         for (auto const& query : {Message::query("slow.example", 1, 1), Message::query("fast.example", 1, 2)})
             for (auto const byte : test::Tcp::framed(query)) both.push_back(byte);
         // In pieces: a byte alone, then the rest.
         client.raw(dns::Bytes{both}.first(1));
         client.raw(dns::Bytes{both}.subspan(1));
         auto const slow = house.upstream().must_receive();
         auto const slow_from = house.upstream().from;
         auto const fast = house.upstream().must_receive();
         house.upstream().send(house.upstream().from, right(fast));
         test::equal(dns::read_header(client.must_receive())->id, 2, "the fast one first");
         house.upstream().send(slow_from, right(slow));
         test::equal(dns::read_header(client.must_receive())->id, 1, "then the slow one");
     }},
    {"answers of the gate's own make room for the next questions, without anybody else's stirring",
     [] {
         auto view = test::open_view();
         view.profiles[0].mode = policy::Mode::off;
         front::FrontSettings settings;
         settings.pipelined = 2;
         // Nothing else wakes the front while the client waits.
         settings.attempt = settings.probe = settings.idle = std::chrono::minutes{1};
         Front house{std::move(view), settings};
         test::Tcp client{house.at};
         test::ByteVector all;
         for (std::uint16_t id = 1; id <= 9; ++id)
             for (auto const byte : test::Tcp::framed(Message::query("www.example", 1, id))) all.push_back(byte);
         client.raw(all);
         for (std::uint16_t id = 1; id <= 9; ++id)
             test::equal(dns::read_header(client.must_receive())->id, id, "in their order");
     }},
    {"connections are bounded: in questions waiting, in number, in time without a question",
     [] {
         front::FrontSettings settings;
         settings.pipelined = 4;
         settings.connections_each = 2;
         settings.idle = milliseconds{100};
         settings.waiting = 0;
         Front house{test::open_view(), settings};
         test::Tcp client{house.at};
         for (std::uint16_t i = 0; i < 10; ++i) client.send(Message::query("n" + std::to_string(i) + ".example", 1, i));
         std::vector<std::pair<front::Endpoint, test::ByteVector>> held;
         while (auto const one = house.upstream().receive(test::nothing_ms))
             held.emplace_back(house.upstream().from, *one);
         test::equal(held.size(), 4U, "four at a time");
         for (auto const& [from, one] : held) house.upstream().send(from, right(one));
         for (int i = 0; i < 6; ++i) {
             auto const one = house.upstream().must_receive();
             house.upstream().send(house.upstream().from, right(one));
         }
         for (int i = 0; i < 10; ++i) (void)client.must_receive();
         test::Tcp second{house.at};
         second.send(Message::query("n0.example", 1));
         (void)second.must_receive();
         test::Tcp third{house.at};
         test::check(!third.receive(), "the third is closed at once");
         test::check(!client.receive(), "and an idle one after a while");
     }},
    {"an upstream whose port closes is told, another one answers; when it is back, it is told and asked again",
     [] {
         front::FrontSettings settings;
         settings.probe = milliseconds{50};
         settings.cache_bytes = 0;
         Front house{test::open_view(), settings, 2};
         auto const first = house.upstream(0).local();
         house.upstream(0).close();
         house.client.send(house.at, Message::query("www.example", 1));
         auto const asked = house.upstream(1).must_receive();
         house.upstream(1).send(house.upstream(1).from, right(asked));
         test::equal(test::read_back(house.client.must_receive()).addresses.size(), 1U, "answered by the second");
         test::equal(house.died.load(), 1, "told");
         house.upstream(0) = test::Udp{first};
         auto const probe = house.upstream(0).must_receive();
         house.upstream(0).send(house.upstream(0).from, Message::reply_to(probe));
         test::check(test::wait_until([&] { return house.returned == 1; }), "told that it is back");
         (void)house.ask(Message::query("www2.example", 1), [](dns::Bytes query) { return right(query); });
     }},
    {"an upstream that says nothing is asked again, then another, then it is SERVFAIL with the reason",
     [] {
         front::FrontSettings settings;
         settings.attempt = milliseconds{50};
         Front house{test::open_view(), settings};
         house.client.send(house.at, Message::query("www.example", 1).opt());
         for (int i = 0; i < 3; ++i) (void)house.upstream().must_receive();
         auto const said = test::read_back(house.client.must_receive());
         test::equal(said.reply.rcode, dns::rcode::servfail, "SERVFAIL");
         test::equal(said.reply.edns->error_code, dns::ede::no_reachable_authority, "22");
         test::check(test::wait_until([&] { return house.died == 1; }), "told");
         // A late answer is none any more.
         test::check(!house.client.receive(test::nothing_ms), "once");
     }},
    {"a blocked name is answered as the policy chooses, with the reason for who can read it",
     [] {
         using enum policy::AnswerForm;
         struct Case {
             policy::AnswerForm form;
             std::uint16_t type;
             std::uint16_t rcode;
             std::string_view address;
         };
         Front house;
         house.client.mark(child);
         for (auto const& c : {Case{nxdomain, 1, 3, ""}, Case{nodata, 1, 0, ""}, Case{null_address, 1, 0, "0.0.0.0"},
                               Case{null_address, 28, 0, "::"}, Case{gate_address, 1, 0, "192.0.2.254"},
                               Case{gate_address, 28, 0, "2001:db8::254"}, Case{gate_address, 65, 0, ""}}) {
             policy::ViewProfile profile;
             profile.blocked = c.form;
             house.show(child_view(std::move(profile), {test::rule("games.example", policy::RuleKind::block, 1)}));
             auto const said = test::read_back(house.ask(Message::query("www.games.example", c.type).opt()));
             test::equal(said.reply.rcode, c.rcode, "rcode");
             test::check(
                 c.address.empty() ? said.addresses.empty() : said.addresses == std::vector{std::string{c.address}},
                 c.address);
             test::equal(error_text(said.reply), "games: not before 16:00", "text");
             auto const structured = test::read_back(house.ask(
                 Message::query("www.games.example", c.type).opt(1232, false, test::from_hex("000f00020000"))));
             test::equal(error_text(structured.reply), R"({"j":"games"})", "structured");
         }
         test::check(house.upstream_is_quiet(), "nobody was asked");
     }},
    {"every link of a chain is judged: CNAME, DNAME, a service's target",
     [] {
         Front house{child_view({}, {test::rule("blocked.example", policy::RuleKind::block, 1),
                                     test::rule("allowed.example", policy::RuleKind::allow)})};
         house.client.mark(child);
         struct Case {
             std::string_view name;
             std::uint16_t type;
             std::function<Message(dns::Bytes)> reply;
             bool passes;
         };
         auto const chain = [](dns::Bytes asked) {
             return Message::reply_to(asked)
                 .cname("", "fine.example")
                 .cname("fine.example", "www.BLOCKED.example")
                 .a("www.BLOCKED.example", "192.0.2.1");
         };
         for (auto const& c :
              {Case{"a.example", 1, chain, false}, Case{"a.allowed.example", 1, chain, true},
               Case{"b.example", 1,
                    [](dns::Bytes asked) {
                        return Message::reply_to(asked).record(1, "example", 39, 60,
                                                               Message::name_bytes("blocked.example"));
                    },
                    false},
               Case{"c.example", 65,
                    [](dns::Bytes asked) {
                        return Message::reply_to(asked).record(
                            1, "", 65, 60, test::from_hex("000107626c6f636b6564076578616d706c6500"));
                    },
                    false},
               Case{"d.example", 1,
                    [](dns::Bytes asked) { return Message::reply_to(asked).a("blocked.example", "192.0.2.1"); }, false},
               Case{"e.example", 1, right, true}})
             test::equal(test::read_back(house.ask(Message::query(c.name, c.type), c.reply)).reply.rcode == 0, c.passes,
                         c.name);
     }},
    {"safe search: the name is an alias of its safe one, or has the addresses that the policy says",
     [] {
         policy::ViewProfile profile;
         profile.safe_search = policy::Switch::on;
         auto view = child_view(std::move(profile), {test::rule("www.search.example", policy::RuleKind::safe_search, 0),
                                                     test::rule("engine.example", policy::RuleKind::safe_search, 1)});
         test::names_in(view).rewrites = {{test::dns_name("safe.search.example"), {}, 60},
                                          {std::nullopt, {test::value(IpAddress::parse("192.0.2.9"))}, 60}};
         Front house{std::move(view)};
         house.client.mark(child);
         auto const said = test::read_back(house.ask(Message::query("www.search.example", 1), right));
         test::check(said.names == std::vector<std::string>{"safe.search.example"} && said.addresses.size() == 1,
                     "alias");
         test::equal(test::read_back(house.ask(Message::query("www.search.example", 1))).names.size(), 1U,
                     "from what was kept, too");
         test::equal(test::read_back(house.ask(Message::query("engine.example", 1))).addresses.at(0), "192.0.2.9",
                     "address");
         test::equal(test::read_back(house.ask(Message::query("engine.example", 28))).records, 0U,
                     "no address of that kind");
     }},
    {"a refusal is told once a minute, its name only where the profile shows names",
     [] {
         struct Case {
             policy::Visibility visibility;
             std::size_t told;
             std::string_view domain;
         };
         for (auto const& c : {Case{policy::Visibility::nothing, 1, ""}, Case{policy::Visibility::categories, 1, ""},
                               Case{policy::Visibility::domains, 2, "a.games.example"}}) {
             policy::ViewProfile profile;
             profile.refused = {5};
             profile.visibility = c.visibility;
             auto view = child_view(std::move(profile));
             test::names_in(view).categories = [](dns::Name const&) { return CategorySet{5}; };
             Front house{std::move(view)};
             house.client.mark(child);
             for (std::string_view const name : {"A.games.example", "a.games.example", "b.games.example"})
                 test::equal(test::read_back(house.ask(Message::query(name, 1))).reply.rcode, dns::rcode::nxdomain,
                             name);
             auto const told = house.told();
             test::equal(told.size(), c.told, "how often");
             for (auto const& one : told)
                 test::check(one.slot == Slot{child} && one.category == 5, "about whom and what");
             test::equal(told[0].domain, c.domain, "the name");
         }
     }},
    {"in OFF a helpline is answered truly, others with the gate, and nothing else is carried",
     [] {
         policy::ViewProfile profile;
         profile.mode = policy::Mode::off;
         profile.mode_reason = 1;
         Front house{
             child_view(std::move(profile), {test::rule("helpline.example", policy::RuleKind::always_reachable)})};
         house.client.mark(child);
         test::equal(test::read_back(house.ask(Message::query("helpline.example", 1), right)).addresses.at(0),
                     "192.0.2.1", "truly");
         auto const gate = test::read_back(house.ask(Message::query("games.example", 1)));
         test::check(gate.addresses.at(0) == "192.0.2.254" && gate.least_ttl == 5, "the gate, for 5 seconds");
         test::equal(test::read_back(house.ask(Message::query("games.example", 65))).reply.rcode, 0, "no HTTPS record");
         for (std::string_view const name : {"games.example", "helpline.example"})
             test::equal(test::read_back(house.ask(Message::query(name, 16))).reply.rcode, dns::rcode::refused,
                         "no TXT");
         auto const batches = house.leases.batches();
         test::check(
             batches.size() == 1 && batches[0].size() == 1 && batches[0][0].category == category_always_reachable,
             "its lease");
     }},
    {"addresses and hints are leased with the slot, the category and TTL plus grace, before the answer leaves",
     [] {
         policy::ViewProfile profile;
         profile.limited = {5};
         auto view = child_view(std::move(profile));
         test::names_in(view).categories = [](dns::Name const& name) {
             return name == test::dns_name("video.example") ? CategorySet{5, 9} : CategorySet{};
         };
         Front house{std::move(view)};
         house.client.mark(child);
         (void)house.ask(Message::query("video.example", 1), [](dns::Bytes asked) {
             return Message::reply_to(asked).a("", "192.0.2.1", 300).a("", "10.0.0.1", 300).aaaa("", "2001:db8::1", 30);
         });
         // The answer is here, so the grant must be.
         auto const batches = house.leases.batches();
         test::equal(batches.size(), 1U, "one batch");
         test::check(batches[0] ==
                         std::vector<kernel::AddressGrant>{
                             {Slot{child}, test::value(IpAddress::parse("192.0.2.1")), 5, std::chrono::seconds{600}},
                             {Slot{child}, test::value(IpAddress::parse("2001:db8::1")), 5, std::chrono::seconds{150}}},
                     "both, and not the private one");
         (void)house.ask(Message::query("other.example", 65), [](dns::Bytes asked) {
             return Message::reply_to(asked).record(1, "", 65, 60, test::from_hex("00010000040004c0000263"));
         });
         test::check(house.leases.batches().back()[0].address == test::value(IpAddress::parse("192.0.2.99")),
                     "a hint counts as an answer");
         house.front->reinstall_leases();
         test::check(test::wait_until([&] { return house.leases.batches().back().size() == 3; }), "all again");
         house.leases.refuse(true);
         house.front->reinstall_leases();
         test::check(test::wait_until([&] { return house.refusals == 1; }), "told");
         house.leases.refuse(false);
         test::check(test::wait_until([&] { return house.leases.batches().size() == 4; }), "tried again by itself");
         test::equal(house.leases.batches().back().size(), 3U, "nothing was forgotten");
     }},
    {"an address that stood only in a service that was taken out is not leased",
     [] {
         policy::ViewProfile profile;
         profile.strip_ech = policy::Switch::on;
         Front house{child_view(std::move(profile))};
         house.client.mark(child);
         auto const said = test::read_back(house.ask(Message::query("www.example", 65), [](dns::Bytes asked) {
             return Message::reply_to(asked)
                 .record(1, "", 65, 60, test::from_hex("00010000000002000500040004c000026300050003010203"))
                 .record(1, "", 65, 60, test::from_hex("00020000040004c0000207"));
         }));
         test::equal(said.records, 1U, "services");
         auto const batches = house.leases.batches();
         test::check(batches.size() == 1 && batches[0].size() == 1 &&
                         batches[0][0].address == test::value(IpAddress::parse("192.0.2.7")),
                     "the other one's alone");
     }},
    {"if the kernel refuses, a resolved_only device gets SERVFAIL and another its answer, and it is told",
     [] {
         for (auto const only : {policy::Switch::on, policy::Switch::off}) {
             policy::ViewProfile profile;
             profile.resolved_only = only;
             Front house{child_view(std::move(profile))};
             house.client.mark(child);
             house.leases.refuse(true);
             auto const said = test::read_back(house.ask(Message::query("www.example", 1), right));
             test::equal(said.reply.rcode, only == policy::Switch::on ? dns::rcode::servfail : 0, "rcode");
             test::check(test::wait_until([&] { return house.refusals == 1; }), "told");
             house.leases.refuse(false);
             test::equal(test::read_back(house.ask(Message::query("www.example", 1))).addresses.size(), 1U,
                         "later it is granted");
             test::equal(house.leases.batches().size(), 1U, "then written");
         }
     }},
    {"types that nobody knows are forwarded and come back as they are",
     [] {
         Front house;
         auto const said = test::read_back(house.ask(Message::query("www.example", 65280), [](dns::Bytes asked) {
             return Message::reply_to(asked).record(1, "", 65280, 60, test::from_hex("c00cff"));
         }));
         test::equal(said.records, 1U, "record");
     }},
};

}  // namespace

int main() {
    return test::run("front/dns_front", tests);
}
