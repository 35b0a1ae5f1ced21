// Names: what the front is given, and what the kernel holds for categories.
#include "control/daemon.h"
#include "dns_build.h"
#include "house.h"
#include "keys.h"

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

std::filesystem::path saved_file(House const& house, std::string_view name = "starter") {
    return house.board.state_directory / "packs" / (std::string{name} + ".pack");
}
std::filesystem::path kept_file(House const& house, std::string_view name = "starter") {
    return house.board.state_directory / "packs" / ".good" / (std::string{name} + ".pack");
}
void write_saved(House const& house, std::vector<test::ListText> const& lists, content::PackFacts const& facts = {}) {
    std::filesystem::create_directories(saved_file(house).parent_path());
    test::write_pack(saved_file(house), lists, facts);
}
void noticed(House& house) {
    house.gate->pack_file_changed();
    house.settle();
}
void saved_pack(House& house, std::vector<test::ListText> const& lists, content::PackFacts const& facts = {}) {
    write_saved(house, lists, facts);
    noticed(house);
}

constexpr test::Test tests[] = {
    {"a category that no pack has is told by --check, and to who puts the policy in force; a pack that isn't there, "
     "too",
     [] {
         House house;
         house.start();
         std::string const misspelt = R"(name: "x" time_zone: "Etc/UTC"
profiles { id: "kids" content { block_categories: "adlut" } })";
         auto const put = house.gate->replace_policy(misspelt, "", house.caller);
         test::check(put.error.empty() && put.warnings.size() == 1, "taken, with a word");
         test::contains(put.warnings.at(0), "did you mean 'adult'?");
         auto const checked = control::check_policy(house.board);
         test::check(checked.error.empty() && checked.warnings == put.warnings, "the same by --check");
         test::write_file(house.board.policy_file, misspelt + " packs: \"strater\"");
         auto const missing = control::check_policy(house.board);
         test::equal(missing.warnings.size(), 2U, "warnings");
         test::contains(missing.warnings.at(0), "strater.pack is refused");
     }},
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
    {"what is older, not signed, expired or damaged doesn't replace the last good pack, after a restart neither",
     [] {
         // The last good pack was in memory alone: a restart took the older one, or went on without any.
         House house{"2027-03-02T12:00:00Z", content_policy};
         house.board.signed_packs = true;
         house.board.pack_keys = {test::value(crypto::PublicKey::from_pem(test::public_pem))};
         auto const key = test::value(crypto::PrivateKey::from_pem(test::sec1));
         auto const stranger = test::value(crypto::PrivateKey::from_pem(test::other_key));
         auto const march = test::instant("2027-03-01T00:00:00Z");
         content::PackFacts const good{.created = march, .signer = &key};
         house.start();
         saved_pack(house, {{"adult", "good.example\n"}}, good);
         test::check(!answered(house, "kid", "good.example"), "good");
         struct Case {
             content::PackFacts facts;
             std::string_view why;
         };
         for (auto const& [facts, why] :
              {Case{{.created = march - 24h, .signer = &key}, "before the one in force"},
               Case{{.created = march + 24h}, "is not signed"},
               Case{{.created = march + 24h, .signer = &stranger}, "doesn't know"},
               Case{{.created = march + 1h, .expires = march + 2h, .signer = &key}, "expired"}, Case{{}, "no pack"}}) {
             write_saved(house, {{"adult", "bad.example\n"}}, facts);
             if (why == "no pack") test::write_file(saved_file(house), "nothing");
             noticed(house);
             for (std::string_view const when : {"at once", "after a restart"}) {
                 test::contains(house.last_told(v1::Event::PACK_REFUSED), "the one in force stays");
                 test::contains(house.last_told(v1::Event::PACK_REFUSED), why);
                 test::check(!answered(house, "kid", "good.example") && answered(house, "kid", "bad.example"), when);
                 house.restart();
             }
             test::contains(house.last_told(v1::Event::PACK_IN_FORCE), ".good/starter.pack");
         }
         auto const newer = content::PackFacts{.created = march + 24h, .signer = &key};
         saved_pack(house, {{"adult", "newer.example\n"}}, newer);
         house.restart();
         test::check(!answered(house, "kid", "newer.example") && answered(house, "kid", "good.example"), "a newer one");
         test::equal(house.told(v1::Event::PACK_REFUSED).size(), 0U, "nothing to tell");
     }},
    {"a pack holds on after its end where it is in force, not beyond a restart; an older one is refused all the same",
     [] {
         House house{"2027-03-02T12:00:00Z", content_policy};
         auto const march = test::instant("2027-03-01T00:00:00Z");
         house.start();
         saved_pack(house, {{"adult", "good.example\n"}}, {.created = march, .expires = march + 48h});
         house.pass(24h);
         noticed(house);
         test::check(!answered(house, "kid", "good.example"), "as long as it runs");
         house.restart();
         test::contains(house.last_told(v1::Event::PACK_REFUSED), "expired");
         test::check(answered(house, "kid", "good.example"), "not taken anew");
         test::check(!answered(house, "kid", "adult.example"), "the one that came with the program instead");
         saved_pack(house, {{"adult", "older.example\n"}}, {.created = march - 24h});
         test::contains(house.last_told(v1::Event::PACK_REFUSED), "before the one in force");
         test::check(answered(house, "kid", "older.example"), "an older one");
     }},
    {"where the first pack that there ever was is bad, the one that came with the program holds, and that is told",
     [] {
         House house{"2027-03-02T12:00:00Z", content_policy};
         write_saved(house, {{"adult", "other.example\n"}});
         auto const good = test::file_text(saved_file(house));
         test::write_file(saved_file(house), good.substr(1));
         house.start();
         test::check(!answered(house, "kid", "adult.example"), "shipped");
         test::contains(house.last_told(v1::Event::PACK_REFUSED), "data/starter.pack is in force instead");
         test::equal(house.gate->status().warnings_size(), 1, "status says so");
         noticed(house);
         test::equal(house.told(v1::Event::PACK_REFUSED).size(), 1U, "told once");
         test::write_file(saved_file(house), good);
         noticed(house);
         test::check(!answered(house, "kid", "other.example") && answered(house, "kid", "adult.example"), "corrected");
         std::filesystem::remove(saved_file(house));
         noticed(house);
         test::check(!answered(house, "kid", "adult.example"), "taken away: shipped");
         house.restart();
         test::check(!answered(house, "kid", "adult.example"), "and not back after a restart");
     }},
    {"a pack of lists holds beside the starter pack; without its file the last good one, until that is taken away too",
     [] {
         House house{"2027-03-02T12:00:00Z", std::string{content_policy} + "packs: [\"starter\", \"lists\"]\n"};
         house.start();
         test::contains(house.last_told(v1::Event::PACK_REFUSED), "lists.pack is refused, its categories are empty");
         std::filesystem::create_directories(saved_file(house).parent_path());
         test::write_pack(saved_file(house, "lists"), {{"adult", "listed.example\n"}});
         noticed(house);
         auto const both = [&](std::string_view when) {
             test::check(!answered(house, "kid", "adult.example") && !answered(house, "kid", "listed.example"), when);
         };
         both("found");
         house.restart();
         both("after a restart");
         test::equal(house.gate->status().warnings_size(), 0, "no warning");
         std::filesystem::remove(saved_file(house, "lists"));
         house.restart();
         both("the last good one");
         test::contains(house.last_told(v1::Event::PACK_REFUSED), "there is no such file");
         std::filesystem::remove(kept_file(house, "lists"));
         house.restart();
         test::check(answered(house, "kid", "listed.example"), "taken away");
     }},
    {"a last good pack that is spoiled is told and not used; one that can't be kept is told, and the gate goes on",
     [] {
         House house{"2027-03-02T12:00:00Z", content_policy};
         house.start();
         saved_pack(house, {{"adult", "other.example\n"}});
         test::write_file(kept_file(house), "spoiled");
         house.restart();
         test::contains(house.last_told(v1::Event::PACK_REFUSED), ".good/starter.pack is of no use");
         test::check(!answered(house, "kid", "other.example"), "the file itself");
         test::equal(test::file_text(kept_file(house)), test::file_text(saved_file(house)), "kept anew");
         std::filesystem::remove_all(kept_file(house).parent_path());
         test::write_file(kept_file(house).parent_path(), "in the way");
         saved_pack(house, {{"adult", "third.example\n"}});
         noticed(house);
         test::check(!answered(house, "kid", "third.example"), "in force");
         test::equal(house.told(v1::Event::STORAGE_FAILED).size(), 1U, "told once");
         test::contains(house.gate->status().warnings(0), "can't be kept");
         std::filesystem::remove(kept_file(house).parent_path());
         noticed(house);
         test::equal(test::file_text(kept_file(house)), test::file_text(saved_file(house)), "there is room again");
         test::equal(house.gate->status().warnings_size(), 1, "of games alone, which no list has now");
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
         std::string policy{content_policy};
         policy.insert(policy.find("id: \"kids\""), "visibility: DOMAINS ");
         House house{"2027-03-02T12:00:00Z", policy};
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
         test::write_file(house.board.policy_file, content_policy);
         house.gate->policy_file_changed();
         house.gate->name_refused(house.slot("kid"), adult, "");
         test::equal(house.told(v1::Event::NAME_REFUSED).size(), 2U, "no more where the profile shows nothing");
     }},
};

}  // namespace

int main() {
    return test::run("control/names", tests);
}
