// Age gates: what a device is asked for, what a proof opens, and what nobody can open with one.
#include <fmt/format.h>

#include "age/http_auth.h"
#include "age/openid4vp.h"
#include "demo/attestation.h"
#include "demo/token_issuance.h"
#include "demo/wallet.h"
#include "house.h"
#include "keys.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using age::Reason;
using test::House;

demo::BlindSigner const& signer(int number) {
    static std::array const signers{test::value(demo::BlindSigner::generate()),
                                    test::value(demo::BlindSigner::generate())};
    return signers.at(static_cast<std::size_t>(number));
}

age::TokenKey key_of(int number) {
    return test::value(signer(number).token_key());
}

demo::MdocIssuer const& provider() {
    using std::chrono::sys_days;
    using std::chrono::year;
    static auto const issuer =
        test::value(demo::MdocIssuer::create({"State",
                                              "1.0.18013.5.1.2",
                                              {sys_days{year{2026} / 1 / 1}, sys_days{year{2036} / 1 / 1}},
                                              {sys_days{year{2026} / 1 / 1}, sys_days{year{2036} / 1 / 1}}}));
    return issuer;
}

std::string quoted_lines(std::string_view text) {
    std::string lines;
    while (!text.empty()) {
        auto const line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        lines += fmt::format(" \"{}\\n\"", line);
    }
    return lines;
}

// In the House's packs games and adult have names.
std::string policy_text() {
    return fmt::format(R"(name: "Home"
time_zone: "Etc/UTC"
profiles {{
  id: "kids"
  windows {{ days: "daily" from: "21:00" to: "07:00" mode: OFF label: "Bedtime" }}
  windows {{ days: "daily" from: "14:00" to: "16:00" mode: LEARNING label: "Homework" }}
  content {{
    age_gates {{ category: "games" min_age: 16 minutes: 120 times_a_day: 3 }}
    age_gates {{ category: "adult" min_age: 18 proofs: MDOC cross_device: true }}
  }}
}}
devices {{ id: "kid" macs: "02:00:5e:10:00:01" profile: "kids" }}
devices {{ id: "other" macs: "02:00:5e:10:00:03" profile: "kids" }}
age_trust {{
  issuers {{ name: "age16.example" token_keys: "{}" min_age: 16 }}
  issuers {{ name: "age13.example" token_keys: "{}" min_age: 13 }}
  providers {{ name: "State" ca_pem:{} eku: "1.0.18013.5.1.2" doc_type: "eu.europa.ec.av.1" }}
}}
)",
                       base64url(key_of(0).spki()), base64url(key_of(1).spki()), quoted_lines(provider().ca_pem()));
}

class AgeHouse : public House {
public:
    AgeHouse() : House("2027-03-02T12:00:00Z", policy_text()) {
        board.public_name = *content::dns::Name::from_text("gate.example");
        board.certificate = folder / "gate.crt";
        board.certificate_key = folder / "gate.key";
        test::write_file(board.certificate, test::gate_certificate);
        test::write_file(board.certificate_key, test::sec1);
        start();
        for (auto const* mac : {"02:00:5e:10:00:01", "02:00:5e:10:00:03"}) neighbours.appears(mac, "192.0.2.9");
        settle();
    }

    control::GateFacts gate_of(std::string_view who = "kid", std::string_view category = "games") {
        return gate->gate(slot(who), category);
    }
    // A token for the gate's first challenge to that device.
    Bytes token(std::string_view who = "kid", std::string_view category = "games") {
        return token_for(gate_of(who, category).challenges.at(0), 0);
    }
    static Bytes token_for(age::AuthChallenge const& challenge, int by) {
        auto const request = test::value(demo::TokenRequest::create(challenge.challenge, key_of(by)));
        auto const issuer = test::value(demo::TokenIssuer::create({signer(by)}));
        return test::value(request.finish(test::value(issuer.answer(request.encoded())))).encoded();
    }
    std::string show(Bytes const& token, std::string_view who = "kid", std::string_view category = "games") {
        return std::string{gate->show_token(slot(who), category, token).word()};
    }
    // The category's lease is in the kernel, and names of it are answered.
    bool is_open(std::string_view who = "kid", std::string_view category = "games") {
        auto const facts = gate_of(who, category);
        auto const number = ledger.categories.at(std::string{category});
        bool const leased = table.passes(slot(who), number);
        auto const name = *content::dns::Name::from_text(std::string{category} + ".example");
        bool const answered = front.view->judge(slot(who), name).kind == policy::NameVerdict::Kind::pass;
        test::check(leased == facts.open() && answered == facts.open(), "kernel, front and page say the same");
        return leased;
    }
    // A wallet that shows what it is asked for.
    std::string document(std::string_view category = "adult", std::string_view body_of = "") {
        static auto const device = crypto::PrivateKey::at_random();
        auto const asked = test::value(gate->ask_wallet(slot("kid"), category, false));
        auto const response_uri = part_of(asked.request, "\"response_uri\":\"");
        auto const nonce = part_of(asked.request, "\"nonce\":\"");
        age::WalletQuestion const question{"", nonce, response_uri, 18, {age::DocType::eu_age_verification}};
        // One, for a whole run: a wallet keeps it.
        static auto const attestation = test::value(provider().issue(
            {.doc_type = age::DocType::eu_age_verification,
             .claims = {{"age_over_18", true}},
             .validity = {test::instant("2027-01-01T00:00:00Z"), test::instant("2027-04-01T00:00:00Z")},
             .device = test::value(device.public_key())}));
        auto const response =
            test::value(demo::present(attestation, device, question.transcript(), {.elements = {"age_over_18"}}));
        body = body_of.empty() ? fmt::format("vp_token={{\"age\":[\"{}\"]}}", base64url_unpadded(response))
                               : std::string{body_of};
        id = response_uri.substr(response_uri.rfind('/') + 1);
        return std::string{gate->show_document(slot("kid"), id, body).word()};
    }

    std::string body;
    std::string id;

private:
    static std::string part_of(std::string const& text, std::string_view before) {
        auto const start = text.find(before) + before.size();
        return text.substr(start, text.find('"', start) - start);
    }
};

constexpr test::Test tests[] = {
    {"controls that have lapsed have no gates, and a category that is blocked anyway is none either",
     [] {
         AgeHouse house;
         auto lapsed = policy_text();
         lapsed.insert(lapsed.find("  content {"), "  ends_on: \"2027-03-03\"\n");
         lapsed.insert(lapsed.find("age_gates"), "block_categories: \"adult\" ");
         test::write_file(house.board.policy_file, lapsed);
         house.gate->policy_file_changed();
         house.settle();
         test::equal(house.gate->page(house.slot("kid"), "").gates.size(), 1U, "games, not adult");
         test::equal(house.gate_of("kid", "adult").word(), "not-allowed", "blocked");
         house.pass(24h);
         test::equal(house.gate_of().word(), "not-allowed", "lapsed");
         test::check(house.gate->page(house.slot("kid"), "").gates.empty(), "lapsed");
     }},
    {"a gate says for what age, whom it believes, and that a wallet may be used; a token opens it for its time",
     [] {
         AgeHouse house;
         auto const closed = house.gate_of();
         test::equal(closed.word(), "closed", "closed");
         test::equal(int{closed.min_age}, 16, "age");
         test::equal(closed.challenges.size(), 1U, "the issuer for 13 is not asked");
         test::check(closed.wallet, "a wallet");
         auto const challenge = test::value(age::TokenChallenge::decode(closed.challenges[0].challenge));
         test::equal(challenge.issuer_name + " " + challenge.origin_info, "age16.example gate.example", "challenge");
         test::check(!house.is_open(), "closed");
         test::equal(house.show(house.token()), "accepted", "shown");
         test::check(house.is_open(), "open");
         test::check(!house.is_open("other"), "on that device alone");
         test::equal(house.gate_of().until_text, "until 14:00", "until");
         test::equal(house.last_told(v1::Event::CATEGORY_OPENED),
                     "a proof of age (16 years) has opened games for kid until 14:00", "told");
         auto const status = house.gate->status();
         auto const& kid = status.profiles(0).devices(0);
         test::equal(kid.opened(0).category() + " " + kid.opened(0).until(), "games 2027-03-02T14:00:00Z", "status");
         test::equal(kid.opened(0).times_today(), 1U, "how often");
         house.pass(2h - 1s);
         test::check(house.is_open(), "nearly over");
         test::check(house.told(v1::Event::CATEGORY_CLOSED).empty(), "not told yet");
         house.pass(1s);
         test::check(!house.is_open(), "over");
         test::equal(house.last_told(v1::Event::CATEGORY_CLOSED), "games is closed again for kid", "told");
     }},
    {"a grown-up closes what a proof opened: for a device, a profile or all; it was opened today all the same",
     [] {
         AgeHouse house;
         auto const closed = [&](char const* who, char const* category = "") {
             return test::value(house.gate->close_opened(who, category, house.caller));
         };
         test::equal(closed("kid").closed_size(), 0, "nothing is open");
         test::equal(house.show(house.token()), "accepted", "first");
         test::equal(house.show(house.token("other"), "other"), "accepted", "another device");
         test::equal(closed("kid", "adult").closed_size(), 0, "that one isn't open");
         test::equal(house.gate->close_opened("nobody", "", house.caller).error().code() == ErrorCode::not_found, true,
                     "unknown");
         auto const answer = closed("kid", "games");
         test::equal(answer.closed_size(), 1, "closed");
         test::equal(answer.closed(0).device() + " " + answer.closed(0).category(), "kid games", "what");
         test::check(!house.is_open() && house.is_open("other"), "that device alone");
         test::equal(house.last_told(v1::Event::CATEGORY_CLOSED), "games is closed again for kid", "told");
         house.restart();
         test::check(!house.is_open() && house.is_open("other"), "after a restart");
         test::equal(house.show(house.token()), "accepted", "second of three");
         test::equal(closed("kids").closed_size(), 2, "a profile");
         test::check(!house.is_open() && !house.is_open("other"), "both");
         test::equal(house.show(house.token()), "accepted", "third");
         house.ledger.failure = Error{ErrorCode::system, "the disk is full"};
         test::check(!house.gate->close_opened("all", "", house.caller).ok() && house.is_open(),
                     "not written, not done");
         house.ledger.failure.reset();
         test::equal(closed("all").closed_size(), 1, "all");
         test::equal(house.show(house.token()), "too-often", "three times a day");
     }},
    {"what was shown opens once: not again, not elsewhere, not after a restart",
     [] {
         AgeHouse house;
         auto const token = house.token();
         test::equal(house.show(token, "other"), "wrong-challenge", "on another device first");
         test::equal(house.show(token), "accepted", "shown");
         test::equal(house.show(token), "replayed", "again");
         test::check(house.is_open(), "stays open");
         test::equal(house.show(token, "other"), "wrong-challenge", "on another device");
         house.restart();
         test::check(house.is_open(), "open after a restart");
         test::equal(house.show(token), "replayed", "after a restart");
     }},
    {"a token holds in its window of five minutes and in the next; not after, and not when the clock goes back",
     [] {
         AgeHouse house;
         auto const early = house.token();
         auto const late = house.token();
         house.pass(9min + 59s);
         test::equal(house.show(early), "accepted", "in the next window");
         house.pass(1s);
         test::equal(house.show(late), "wrong-challenge", "after it");
         auto const again = house.token();
         house.move_clock(-2s);
         test::equal(house.show(again), "clock-untrusted", "the clock went back before what it was");
         house.pass(3s);
         test::equal(house.show(again), "wrong-challenge", "its challenge came from the future");
         test::equal(house.show(house.token()), "accepted", "a new one");
     }},
    {"a ledger that was lost: what was asked for before opens nothing, since nobody knows whether it was shown",
     [] {
         AgeHouse house;
         auto const token = house.token();
         house.ledger.damage_message = "set aside";
         house.restart();
         test::equal(house.show(token), "wrong-challenge", "shown");
         test::equal(house.show(house.token()), "accepted", "a new one");
     }},
    {"of a restart a token that was asked for before knows nothing",
     [] {
         AgeHouse house;
         auto const token = house.token();
         house.restart();
         test::equal(house.show(token), "accepted", "shown");
     }},
    {"another category, another issuer, too little, garbage",
     [] {
         AgeHouse house;
         test::equal(house.show(house.token(), "kid", "adult"), "not-allowed", "documents alone");
         test::equal(house.show({}, "kid", "video"), "not-allowed", "no such gate");
         auto challenge = house.gate_of().challenges[0];
         test::equal(house.show(AgeHouse::token_for(challenge, 1)), "too-young", "of the issuer for 13");
         challenge.challenge.back() ^= 1;
         test::equal(house.show(AgeHouse::token_for(challenge, 0)), "wrong-challenge", "another gate");
         test::equal(house.show(Bytes(354, 0)), "unknown-type", "garbage");
         test::equal(house.show(Bytes{0, 2}), "malformed", "garbage");
         test::check(!house.is_open(), "closed");
     }},
    {"never over bedtime, LEARNING, an unknown time, and not more often than the policy says; the token isn't used up",
     [] {
         AgeHouse house;
         house.pass_until("2027-03-02T13:59:00Z");
         auto const token = house.token();
         house.pass_until("2027-03-02T14:00:00Z");
         test::equal(house.show(token), "not-now", "LEARNING");
         house.pass_until("2027-03-02T15:59:00Z");
         auto const kept = house.token();
         test::equal(house.show(kept), "not-now", "LEARNING still");
         house.pass_until("2027-03-02T16:00:00Z");
         house.clock.set_synchronised(false);
         house.move_clock(-24h);
         test::equal(house.show(kept), "clock-untrusted", "the time isn't known");
         test::check(!house.is_open(), "closed");
         house.move_clock(24h);
         house.clock.set_synchronised(true);
         house.pass(1s);
         test::equal(house.show(house.token()), "accepted", "open");
         house.pass_until("2027-03-02T20:30:00Z");
         test::equal(house.show(house.token()), "accepted", "twice");
         house.pass_until("2027-03-02T21:00:00Z");
         test::equal(house.gate_of().word(), "not-now", "what is open is closed at bedtime");
         test::equal(house.show(house.token()), "not-now", "bedtime");
         test::check(!house.table.passes(house.slot("kid"), house.ledger.categories.at("games")),
                     "no lease at bedtime");
         house.pass_until("2027-03-03T07:00:00Z");
         for (int i = 0; i < 3; ++i) test::equal(house.show(house.token()), "accepted", "the next day");
         test::equal(house.show(house.token()), "too-often", "a fourth");
     }},
    {"a device may try ten times, then ten times a minute; others are none the worse",
     [] {
         AgeHouse house;
         std::size_t tries = 0;
         while (house.show(Bytes(354, 0)) == "unknown-type") ++tries;
         test::equal(tries, 10U, "tries");
         test::equal(house.show(house.token()), "too-often", "a good one, too");
         test::equal(house.show(house.token("other"), "other"), "accepted", "another device");
         house.pass(6s);
         test::equal(house.show(house.token()), "accepted", "after six seconds");
     }},
    {"a disk that is full: it isn't opened, since it could be shown again",
     [] {
         AgeHouse house;
         auto const token = house.token();
         house.ledger.failure = Error{ErrorCode::system, "the disk is full"};
         test::equal(house.show(token), "unavailable", "not written");
         test::check(!house.is_open(), "closed");
         house.ledger.failure.reset();
         test::equal(house.show(token), "accepted", "written");
     }},
    {"what has ended is forgotten, and what was shown when nobody would accept it any more",
     [] {
         AgeHouse house;
         test::equal(house.show(house.token()), "accepted", "shown");
         test::equal(house.ledger.shown.size(), 1U, "remembered");
         house.pass(36min);
         test::equal(house.ledger.shown.size(), 0U, "the token is dead");
         test::equal(house.ledger.proofs.size(), 1U, "the count of today");
         house.pass(24h);
         test::equal(house.ledger.proofs.size(), 0U, "a new day");
     }},
    {"an attestation opens once, whatever conversation it is shown in",
     [] {
         AgeHouse house;
         test::equal(house.document(), "accepted", "shown");
         test::equal(house.document(), "replayed", "in another conversation");
         house.restart();
         test::equal(house.document(), "replayed", "after a restart");
     }},
    {"a wallet's document opens once, for one conversation",
     [] {
         AgeHouse house;
         test::equal(house.document(), "accepted", "shown");
         test::check(house.is_open("kid", "adult"), "open");
         test::equal(house.gate->show_document(house.slot("kid"), house.id, house.body).word(), "wrong-challenge",
                     "the conversation is over");
         auto const asked = test::value(house.gate->ask_wallet(house.slot("kid"), "adult", false));
         auto const id = asked.request_uri.substr(asked.request_uri.rfind('/') + 1);
         test::check(house.gate->wallet_request(id).has_value(), "by reference");
         test::equal(house.gate->show_document(house.slot("kid"), id, house.body).word(), "wrong-device",
                     "the same document in another conversation");
         test::check(!house.gate->wallet_request(id).has_value(), "over");
         test::equal(house.document("adult", "vp_token=x"), "malformed", "garbage");
     }},
    {"a document for another device opens on the one that asked, where the policy lets it; questions end",
     [] {
         AgeHouse house;
         auto const games = test::value(house.gate->ask_wallet(house.slot("kid"), "games", false));
         test::equal(games.reference_link, "", "no QR code for games");
         auto const adult = test::value(house.gate->ask_wallet(house.slot("kid"), "adult", true));
         test::contains(adult.reference_link, "av://?client_id=redirect_uri%3Ahttps%3A%2F%2Fgate.example%3A5443%2Fage");
         test::contains(adult.request, "\"response_mode\":\"direct_post.jwt\"");
         auto const id_of = [](control::WalletFacts const& asked) {
             return asked.request_uri.substr(asked.request_uri.rfind('/') + 1);
         };
         test::equal(house.gate->show_document(house.slot("other"), id_of(games), "x").word(), "wrong-challenge",
                     "another device");
         test::equal(house.gate->show_document(house.slot("other"), id_of(adult), "x").word(), "malformed",
                     "another device, allowed: the answer itself counts");
         auto const third = test::value(house.gate->ask_wallet(house.slot("kid"), "adult", false));
         house.pass(2min);
         test::check(!house.gate->wallet_request(id_of(third)).has_value(), "two minutes are over");
         auto const first = test::value(house.gate->ask_wallet(house.slot("kid"), "adult", false));
         for (int i = 0; i < 4; ++i) {
             house.pass(1s);
             test::check(house.gate->ask_wallet(house.slot("kid"), "adult", false).ok(), "another");
         }
         test::check(!house.gate->wallet_request(id_of(first)).has_value(), "the fifth ends the first");
     }},
    {"what a newcomer's proof opened isn't that of the device that it becomes",
     [] {
         AgeHouse house;
         auto text = policy_text();
         text.replace(text.find("profiles {"), 0, "newcomer_profile: \"kids\"\n");
         test::write_file(house.board.policy_file, text);
         house.gate->policy_file_changed();
         constexpr auto mac = "02:00:5e:20:00:09";
         house.neighbours.appears(mac, "192.0.2.19");
         house.settle();
         test::equal(house.show(house.token(mac), mac), "accepted", "a newcomer");
         test::check(house.is_open(mac), "open");
         test::value(house.place(mac, "kid"));
         house.settle();
         test::check(house.slot(mac) == house.slot("kid") && !house.is_open(), "one more address of kid's");
         test::equal(house.gate->page(house.slot(mac), "games.example").gates.size(), 1U, "closed");
         test::equal(house.show(house.token()), "accepted", "kid's own proof");
     }},
    {"an authority that expires soon is told, and one that has",
     [] {
         AgeHouse house;
         test::equal(house.gate->status().warnings_size(), 0, "years to go");
         house.move_clock(std::chrono::days{3227 - 60});
         test::equal(house.gate->status().warnings_size(), 0, "two months");
         house.move_clock(std::chrono::days{50});
         test::contains(house.gate->status().warnings(0), "the authority of State expires at 2036-01-01T00:00:00Z");
         house.move_clock(std::chrono::days{20});
         test::contains(house.gate->status().warnings(0), "the authority of State expired at");
     }},
    {"who has no profile has no gate; a page tells what is closed and how it opens",
     [] {
         AgeHouse house;
         test::equal(house.gate->gate(Slot{}, "games").word(), "not-allowed", "nobody");
         auto const page = house.gate->page(house.slot("kid"), "games.example");
         test::equal(page.gates.size(), 1U, "its gate");
         test::equal(page.gates[0].category, "games", "its gate");
         test::equal(house.gate->page(house.slot("kid"), "").gates.size(), 2U, "all gates");
         test::check(!house.gate->slot_of("nobody").ok(), "an unknown device");
         test::check(test::value(house.gate->slot_of("kid")) == house.slot("kid"), "a device");
     }},
};

}  // namespace

int main() {
    return test::run("control/gate_age", tests);
}
