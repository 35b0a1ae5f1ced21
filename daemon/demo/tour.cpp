#include "demo/tour.h"

#include <algorithm>

#include <fmt/format.h>

#include "age/mdoc.h"
#include "age/session_transcript.h"
#include "age/token.h"
#include "crypto/hmac.h"
#include "crypto/secret.h"
#include "demo/code_book.h"
#include "demo/token_issuance.h"
#include "demo/wallet.h"
#include "teller.h"

namespace kindgate::demo {

namespace {

using age::Reason;
using std::chrono::sys_seconds;

constexpr std::uint8_t asked_age = 16;
constexpr std::string_view document_use = "1.0.18013.5.1.2";
constexpr std::string_view gate_name = "gate.example";
constexpr std::uint8_t phone = 7;  // slots
constexpr std::uint8_t sibling = 8;

// What a gate has: a key of its own, whom it trusts, and the time.
struct Gate {
    crypto::Digest key{};
    age::Trust trust{};
    sys_seconds now{};

    // docs/age.md, "What binds a token"; there each number has eight octets, here one is enough.
    Bytes context(std::uint8_t slot, std::string_view category) const {
        auto const window = std::to_string(now.time_since_epoch() / std::chrono::minutes{5});
        auto const digest =
            crypto::hmac_sha256(key, {bytes_of("kindgate age tour"), {&slot, 1}, bytes_of(category), bytes_of(window)});
        return {digest.begin(), digest.end()};
    }
    Bytes challenge(std::uint8_t slot, std::string_view category) const {
        return age::challenge_for(trust.issuers.at(0), std::string{gate_name}, context(slot, category)).encoded();
    }
    age::Verdict check_token(Bytes const& token, std::uint8_t slot, std::string_view category = "social",
                             std::uint8_t min_age = asked_age) const {
        age::Redemption const here{std::string{gate_name}, {context(slot, category)}};
        return age::TokenProof{token, here}.check(trust, {min_age, now});
    }
    static Bytes transcript(std::string_view nonce) {
        auto const answer = fmt::format("https://{}/age/response/1", gate_name);
        return age::redirect_transcript("redirect_uri:" + answer, nonce, {}, answer);
    }
    age::Verdict check_document(Bytes const& response, std::string_view nonce, std::uint8_t min_age = asked_age) const {
        return age::MdocProof{response, transcript(nonce)}.check(trust, {min_age, now});
    }
};

// What goes back and forth for one token.
struct TokenMade {
    Bytes request;
    Bytes answer;
    age::Token token;
};

Result<TokenMade> make_token(BlindSigner const& signer, ByteView challenge) {
    auto const issuer = KG_TRY(TokenIssuer::create({signer}));
    auto const request = KG_TRY(TokenRequest::create(challenge, issuer.keys().front()));
    auto answer = KG_TRY(issuer.answer(request.encoded()));
    auto const token = KG_TRY(request.finish(answer));
    return TokenMade{request.encoded(), std::move(answer), token};
}

// How many octets in a row are in both.
std::size_t longest_in_both(ByteView one, ByteView other) {
    std::size_t longest = 0;
    for (auto const& octet : one) {
        auto const rest = one.subspan(static_cast<std::size_t>(&octet - one.data()));
        while (longest < rest.size() && !std::ranges::search(other, rest.first(longest + 1)).empty()) ++longest;
    }
    return longest;
}

class Guide {
public:
    Guide(sys_seconds now, sys_seconds at_gate) : now_(now) {
        crypto::fill_at_random(gate_.key);
        gate_.now = at_gate;
    }

    Result<Tour> run() {
        teller_.title("A PROOF OF AGE, SEEN FROM BOTH SIDES");
        teller_.say(
            "On this machine only: issuer, phone and gate are all in this program, each with real keys, "
            "made now. A gate keeps the category \"social\" closed until somebody proves to be 16 or older.");
        KG_TRY(tell_token());
        KG_TRY(tell_document());
        KG_TRY(tell_refusals());
        tell_who_learns_what();
        return Tour{teller_.text(), teller_.as_told()};
    }

private:
    Result<void> tell_token();
    void tell_comparison(TokenMade const& made);
    Result<void> tell_document();
    Result<Attestation> issue_document(crypto::PrivateKey const& device);
    Result<void> tell_refusals();
    void tell_who_learns_what();

    sys_seconds now_;
    Gate gate_;
    Teller teller_;
    Bytes token_;
    Bytes response_;
};

Result<void> Guide::tell_token() {
    teller_.title("A TOKEN (Privacy Pass, RFC 9577 and 9578)");
    auto const signer = KG_TRY(BlindSigner::generate());
    auto const key = KG_TRY(signer.token_key());
    gate_.trust.issuers = {{"age16.issuer.example", {key}, asked_age}};
    teller_.step("The issuer makes a key that stands for one thing: 16 or older. A parent put it into the policy.");
    teller_.octets("public key, in the gate's policy", key.spki());

    teller_.step("The phone asks the gate for \"social\". The gate answers with a challenge.");
    auto const challenge = gate_.challenge(phone, "social");
    teller_.octets("challenge", challenge);
    teller_.sees("The phone sees:",
                 "which issuer is asked for, the gate's name, and 32 octets that only this gate can "
                 "make, of this device, this category and these five minutes.");
    teller_.sees("The gate knows:", "that a phone would like to use \"social\". It keeps nothing.");

    auto const made = KG_TRY(make_token(signer, challenge));
    token_ = made.token.encoded();
    teller_.step(
        "The phone makes a token of it, multiplies it by a number that it tells nobody (that is the "
        "\"blinding\"), and sends that to the issuer, with a code.");
    teller_.octets("the issuer sees: a request", made.request);
    teller_.sees("The issuer sees:", fmt::format("a code, such as {}, and {} octets that say nothing. It never sees "
                                                 "the gate, the category, the token.",
                                                 CodeBook::new_code(asked_age), made.request.size()));

    teller_.step("The issuer knows from the code that its owner is 16 or older, and signs what it can't read.");
    teller_.octets("the issuer sees: its signature", made.answer);

    teller_.step("The phone divides by its number. What is left is a token, with the issuer's signature.");
    teller_.octets("the gate sees: a token", token_);
    teller_.octets("the gate sees: its signature", made.token.authenticator);
    tell_comparison(made);

    teller_.step("The gate checks it with the key in its policy, and asks nobody.");
    teller_.verdict("the token, on this phone", gate_.check_token(token_, phone), Reason::accepted);
    teller_.sees("The gate knows:", "that an issuer vouches for 16 or older. Not who, not how old, not which code.");
    return {};
}

void Guide::tell_comparison(TokenMade const& made) {
    auto all = made.request;
    all.insert(all.end(), made.answer.begin(), made.answer.end());
    auto const run = longest_in_both(all, token_);
    teller_.say(
        fmt::format("Let issuer and gate lay side by side all that they saw, {} octets and {}: no more than {} in a "
                    "row are in both, as chance has it. (Both begin with 0002, the kind of token.)",
                    all.size(), token_.size(), run));
    // Once in 10^14 tours chance makes one of eight.
    constexpr std::size_t too_long = 8;
    teller_.expect(run < too_long, "issuer and gate could find each other's octets.");
}

Result<Attestation> Guide::issue_document(crypto::PrivateKey const& device) {
    using std::chrono::days;
    auto const issuer = KG_TRY(MdocIssuer::create({"issuer.example",
                                                   std::string{document_use},
                                                   {now_ - days{1}, now_ + days{3650}},
                                                   {now_ - days{1}, now_ + days{365}}}));
    gate_.trust.providers = {
        {"issuer.example", KG_TRY(crypto::Authority::from_pem(issuer.ca_pem())), std::string{document_use}}};
    return issuer.issue({.claims = {{"age_over_16", true}, {"age_over_18", true}, {"age_over_21", false}},
                         .validity = {now_, now_ + days{30}},
                         .device = KG_TRY(device.public_key())});
}

Result<void> Guide::tell_document() {
    teller_.title("A DOCUMENT IN A WALLET (mdoc, ISO/IEC 18013-5, as the EU's age wallet has it)");
    auto const device = crypto::PrivateKey::at_random();
    auto const document = KG_TRY(issue_document(device));
    teller_.step(
        "Long before, a provider made a document for a key that never leaves the phone. It says: over 16 yes, "
        "over 18 yes, over 21 no.");
    teller_.octets("document, in the wallet", document.encoded());
    teller_.sees("The provider knows:",
                 "whom it made this for. It isn't asked again, and never hears where it is "
                 "shown.");

    teller_.step("The gate begins a conversation (OpenID4VP) with a number that it uses once: is somebody over 16?");
    teller_.octets("what binds it to this conversation", Gate::transcript("nonce-1"));

    response_ = KG_TRY(present(document, device, Gate::transcript("nonce-1"), {{"age_over_16"}}));
    teller_.step(
        "The wallet shows one line of it, \"over 16: yes\". Of the others it shows digests, which nobody can "
        "read. The phone's key signs that it is for this conversation.");
    teller_.octets("the gate sees: an answer", response_);
    teller_.octets("the provider made: what it signed", document.issuer_auth);
    auto const run = longest_in_both(document.issuer_auth, response_);
    teller_.say(fmt::format(
        "This time the provider's {} octets are in the answer, all of them. Two gates that compare can tell "
        "that it is the same document, so a wallet has many and shows each once; a gate and the provider "
        "could, too.",
        run));
    teller_.expect(run == document.issuer_auth.size(), "the issuer's octets aren't in the answer.");

    teller_.step("The gate checks the provider's signature, the digest, the dates, and the phone's signature.");
    teller_.verdict("the document, in this conversation", gate_.check_document(response_, "nonce-1"), Reason::accepted);
    teller_.sees("The gate knows:",
                 "that this phone has a document for over 16. No name, no birthday, nothing of 18 or 21.");
    return {};
}

Result<void> Guide::tell_refusals() {
    teller_.title("WHAT THE GATE REFUSES, AND WITH WHICH WORD");
    teller_.table("\n");
    constexpr std::uint8_t grown_up = 18;
    auto const stranger = KG_TRY(BlindSigner::generate());
    auto const strange = KG_TRY(make_token(stranger, gate_.challenge(phone, "social"))).token.encoded();
    auto changed = token_;
    changed.back() ^= 1;
    teller_.verdict("the token, on a sibling's phone", gate_.check_token(token_, sibling), Reason::wrong_challenge);
    teller_.verdict("the token, for \"games\"", gate_.check_token(token_, phone, "games"), Reason::wrong_challenge);
    teller_.verdict("the token, one bit changed", gate_.check_token(changed, phone), Reason::bad_signature);
    teller_.verdict("a token of a key that nobody trusts", gate_.check_token(strange, phone), Reason::unknown_key);
    teller_.verdict("the token for 16, where 18 is asked", gate_.check_token(token_, phone, "social", grown_up),
                    Reason::too_young);
    teller_.verdict("the document, in another conversation", gate_.check_document(response_, "nonce-2"),
                    Reason::wrong_device);
    teller_.verdict("\"over 16\", where 18 is asked", gate_.check_document(response_, "nonce-1", grown_up),
                    Reason::too_young);
    teller_.table("\n");
    teller_.say(
        "Shown a second time each is \"replayed\": a gate writes down a fingerprint of it before it opens "
        "anything. This program keeps nothing, so it can't show that.");
    return {};
}

void Guide::tell_who_learns_what() {
    teller_.title("WHO LEARNS WHAT");
    teller_.table(R"(
                   the issuer          this gate          another gate
    a token        a code was used,    16 or older        nothing: there it
                   and when                               opens nothing
    a document     whom it is for,     over 16, and       nothing; shown there
                   not where it is     octets that it     it is the same
                   shown               could compare      octets
    who it is      only what it asked  never              never
    what it opens  never               the category       never
)");
    teller_.table(teller_.as_told() ? "\nAll verdicts were as told. More: docs/age.md\n"
                                    : "\nNOT ALL WAS AS TOLD: see above. Please tell Kindgate's makers.\n");
}

}  // namespace

Result<Tour> take_tour(sys_seconds now, sys_seconds at_gate) {
    return Guide{now, at_gate}.run();
}

}  // namespace kindgate::demo
