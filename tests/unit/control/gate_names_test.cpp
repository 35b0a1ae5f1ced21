// Names: what the front is given, and what the kernel holds for categories.
#include "dns_build.h"
#include "house.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using policy::NameVerdict;
using test::House;

constexpr std::string_view content_policy = R"(name: "Home"
time_zone: "Etc/UTC"
profiles {
  id: "kids"
  windows { days: "daily" from: "21:00" to: "07:00" mode: OFF label: "Bedtime" }
  windows { days: "daily" from: "14:00" to: "16:00" mode: LEARNING label: "Homework" }
  windows { days: "daily" from: "18:00" to: "24:00" mode: OFF categories: "games" }
  content {
    block_categories: "adult"
    learning_domains: "learn.example"
    bypass { resolved_only: true }
  }
}
profiles { id: "parents" }
devices { id: "kid" macs: "02:00:5e:10:00:01" profile: "kids" }
devices { id: "parent" macs: "02:00:5e:10:00:03" profile: "parents" }
)";

NameVerdict asked(House const& house, std::string_view who, std::string_view name) {
    return house.front.view->judge(house.slot(who), test::dns_name(name));
}
bool answered(House const& house, std::string_view who, std::string_view name) {
    auto const kind = asked(house, who, name).kind;
    return kind == NameVerdict::Kind::pass || kind == NameVerdict::Kind::rewrite;
}
// A device asks for the name, is given an address, and a packet to it is on its way now.
bool opens(House const& house, std::string_view who, std::string_view name) {
    return answered(house, who, name) && house.table.passes(house.slot(who), asked(house, who, name).category);
}

void saved_pack(House& house, std::vector<test::ListText> const& lists) {
    auto const folder = house.board.state_directory / "packs";
    std::filesystem::create_directories(folder);
    test::write_pack(folder / "starter.pack", lists);
    house.gate->pack_file_changed();
    house.settle();
}

constexpr test::Test tests[] = {
    {"what a name's address may be used for follows the clock, in the front and in the kernel",
     [] {
         House house{"2027-03-02T12:00:00Z", content_policy};
         house.start();
         test::check(opens(house, "kid", "plain.example"), "plain");
         test::check(opens(house, "kid", "games.example"), "games at noon");
         test::check(!answered(house, "kid", "adult.example"), "blocked");
         test::check(opens(house, "parent", "adult.example"), "not for parents");
         auto const games = asked(house, "kid", "games.example").category;
         auto const learning = asked(house, "kid", "learn.example").category;
         house.pass_until("2027-03-02T14:00:00Z");
         test::check(opens(house, "kid", "learn.example") && !answered(house, "kid", "plain.example"), "homework");
         test::check(!house.table.passes(house.slot("kid"), games), "an address of games that was known");
         house.pass_until("2027-03-02T16:00:00Z");
         test::check(opens(house, "kid", "plain.example") && opens(house, "kid", "games.example"), "free");
         house.pass_until("2027-03-02T18:00:00Z");
         test::check(!answered(house, "kid", "games.example") && !house.table.passes(house.slot("kid"), games),
                     "no games");
         test::check(opens(house, "kid", "plain.example"), "but the rest");
         house.pass_until("2027-03-02T21:00:00Z");
         test::check(!answered(house, "kid", "learn.example") && !house.table.passes(house.slot("kid"), learning),
                     "bedtime");
         auto const confined = [&](std::string_view who) {
             return house.table.held().limited.contains({house.slot(who), category_unknown});
         };
         test::check(confined("kid") && !confined("parent"), "to resolved addresses");
     }},
    {"a category's lease ends in the kernel by itself, and goes on over an edge that doesn't concern it",
     [] {
         House house{"2027-03-02T17:00:00Z", content_policy};
         house.start();
         auto const games = asked(house, "kid", "games.example").category;
         auto const slot = house.slot("kid");
         house.gate.reset();  // the daemon dies
         house.clock.advance(59min);
         test::check(house.table.passes(slot, games), "until six");
         house.clock.advance(1min);
         test::check(!house.table.passes(slot, games), "from six on");
         test::check(house.table.passes(slot, category_unremarkable), "the rest goes on");
     }},
    {"what is granted in LEARNING goes on into OPEN without a gap, also without the daemon",
     [] {
         House house{"2027-03-02T15:00:00Z", content_policy};
         house.start();
         auto const learning = asked(house, "kid", "learn.example").category;
         auto const slot = house.slot("kid");
         house.pass_until("2027-03-02T15:59:59Z");
         house.gate.reset();
         house.clock.advance(1s);
         test::check(house.table.passes(slot, learning), "at the edge");
         test::check(!house.table.passes(slot, category_unremarkable), "but nothing else");
         house.clock.advance(3s);
         test::check(!house.table.passes(slot, learning), "and not for long");
     }},
    {"while the clock isn't trusted, what is answered is let through: categories with windows, too",
     [] {
         for (auto const mode : {policy::Mode::open, policy::Mode::learning, policy::Mode::off}) {
             House house{"1970-01-01T00:05:00Z", content_policy};
             house.ledger.last_trusted = test::instant("2027-03-02T12:00:00Z");
             house.clock.set_synchronised(false);
             house.board.untrusted_clock = mode;
             house.start();
             test::equal(opens(house, "kid", "games.example"), mode == policy::Mode::open, "games");
             test::equal(opens(house, "kid", "learn.example"), mode != policy::Mode::off, "learning");
             for (auto const* name : {"games.example", "learn.example", "plain.example"})
                 test::equal(answered(house, "kid", name), opens(house, "kid", name), name);
         }
     }},
    {"who is filtered or may be without access is asked for by the front; others keep their resolver, if the board "
     "says so",
     [] {
         House house{"2027-03-02T12:00:00Z", content_policy};
         house.start();
         test::check(house.table.held().asked.contains(house.slot("kid")), "kid");
         test::check(!house.table.held().asked.contains(house.slot("parent")), "parent");
         house.board.dns_for_everybody = true;
         house.restart();
         auto const left = [&](std::string_view who) {
             auto const lease = house.table.held().asked.find(house.slot(who));
             test::check(lease != house.table.held().asked.end(), who);
             return lease->second ? *lease->second - house.clock.now().steady : std::chrono::nanoseconds::max();
         };
         for (int i = 0; i < 20; ++i, house.pass(7s))
             test::check(left("parent") > 40s && left("parent") <= 60s,
                         "ends soon without the gate, is renewed with it");
         test::check(left("kid") == std::chrono::nanoseconds::max(), "for the kid a dead front opens nothing");
     }},
    {"a pack that changes holds from the next question on; a bad one is told and the last good one stays",
     [] {
         House house{"2027-03-02T12:00:00Z", content_policy};
         house.start();
         test::check(answered(house, "kid", "other.example"), "in no list");
         saved_pack(house, {{"adult", "other.example\n"}});
         test::check(!answered(house, "kid", "other.example") && answered(house, "kid", "adult.example"),
                     "another pack");
         test::contains(house.last_told(v1::Event::PACK_IN_FORCE), "packs/starter.pack");
         test::write_file(house.board.state_directory / "packs" / "starter.pack", "no pack");
         house.gate->pack_file_changed();
         house.gate->pack_file_changed();
         test::check(!answered(house, "kid", "other.example"), "stays");
         test::equal(house.told(v1::Event::PACK_REFUSED).size(), 1U, "told once");
         test::contains(house.last_told(v1::Event::PACK_REFUSED), "the one in force stays");
         test::check(house.gate->status().warnings_size() == 2, "status says so, and what has no list any more");
         saved_pack(house, {{"adult", "adult.example\n"}, {"games", "games.example\n"}});
         test::equal(house.gate->status().warnings_size(), 0, "corrected");
     }},
    {"categories keep their numbers over policies and restarts",
     [] {
         House house{"2027-03-02T12:00:00Z", content_policy};
         house.start();
         auto const games = house.ledger.categories.at("games");
         std::string other{content_policy};
         other.replace(other.find("\"adult\""), 7, "\"vpn\"");
         test::write_file(house.board.policy_file, other);
         house.gate->policy_file_changed();
         house.settle();
         test::equal(house.ledger.categories.at("games"), games, "another policy");
         test::check(house.ledger.categories.at("vpn") != house.ledger.categories.at("adult"), "a new one");
         house.restart();
         test::equal(asked(house, "kid", "games.example").category, games, "another daemon");
     }},
    {"a helpline is answered whatever the policy says, and without one",
     [] {
         for (std::string_view const policy : {content_policy, std::string_view{"nonsense"}}) {
             House house{"2027-03-02T22:00:00Z", policy};
             house.start();
             auto const verdict = house.front.view->judge(Slot{1}, test::dns_name("www.nummergegenkummer.de"));
             test::check(verdict.kind == NameVerdict::Kind::pass && verdict.category == category_always_reachable,
                         policy);
             test::check(
                 house.front.view->judge(Slot{1}, test::dns_name("plain.example")).kind == NameVerdict::Kind::off,
                 "nothing else");
         }
     }},
    {"explain says of a name what the front does, and until when",
     [] {
         House house{"2027-03-02T12:00:00Z", content_policy};
         house.start();
         auto const said = [&](std::string_view at, std::string_view name) {
             auto const answer = test::value(house.gate->explain({"kid", ""}, at, name));
             return answer.decision() + " " + answer.because(0).rule() + " until " + answer.until();
         };
         test::equal(said("", "www.games.example"), "ALLOW default_mode until 2027-03-02T14:00:00Z", "now");
         test::equal(said("2027-03-02T19:00", "games.example"), "BLOCK windows[2] until 2027-03-02T21:00:00Z", "later");
         test::equal(said("", "Adult.Example."), "BLOCK content.block_categories[0] until 2027-03-02T14:00:00Z",
                     "list");
         house.give("kid", v1::OFF, 1h);
         test::equal(said("", "adult.example"), "BLOCK override until 2027-03-02T13:00:00Z", "a word");
         test::check(!house.gate->explain({"kid", ""}, "", "no name").ok(), "no name");
     }},
    {"after the table was gone the front grants its leases again",
     [] {
         House house{"2027-03-02T12:00:00Z", content_policy};
         house.start();
         auto const before = house.front.reinstalled;
         house.table.flush();
         house.settle();
         test::equal(house.front.reinstalled, before + 1, "asked");
     }},
    {"what the front notices is told",
     [] {
         House house{"2027-03-02T12:00:00Z", content_policy};
         house.start();
         house.gate->resolver_changed("192.0.2.53", false);
         test::contains(house.last_told(v1::Event::RESOLVER_CHANGED), "192.0.2.53 doesn't answer");
         house.gate->leases_refused({ErrorCode::unavailable, "the map is full"});
         test::contains(house.last_told(v1::Event::LEASE_REFUSED), "the map is full");
         auto const adult = asked(house, "kid", "adult.example").category;
         house.gate->name_refused(house.slot("kid"), adult, "");
         test::equal(house.last_told(v1::Event::NAME_REFUSED), "kid was refused adult", "by category");
         house.gate->name_refused(house.slot("kid"), adult, "adult.example");
         test::equal(house.last_told(v1::Event::NAME_REFUSED), "kid was refused adult.example (adult)", "by name");
     }},
};

}  // namespace

int main() {
    return test::run("control/names", tests);
}
