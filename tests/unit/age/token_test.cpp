#include "age/token.h"

#include "vectors.h"

namespace {

using namespace kindgate;
using age::Reason;
using test::hex_bytes;
using test::Json;

// Of a vector of RFC 9578's form.
struct Issued {
    Bytes challenge;
    Bytes token;
    age::TokenKey key;
    std::string about;
};

std::vector<Issued> issued_of_type_2() {
    std::vector<Issued> all;
    auto const add = [&](Json const& one, std::string const& about) {
        all.push_back({hex_bytes(one, "token_challenge"), hex_bytes(one, "token"),
                       test::value(age::TokenKey::from_spki(hex_bytes(one, "pkS"))), about});
    };
    for (auto const& file : test::vector_files("privacypass", "type0002"))
        for (auto const& one : file.content) add(one, file.name);
    for (auto const& file : test::vector_files("privacypass", "batched"))
        for (auto const& batch : file.content)
            for (auto const& one : batch.at("issuance"))
                if (one.at("type") == "0002") add(one, file.name);
    return all;
}

age::Trust trust_in(Issued const& issued, std::uint8_t min_age) {
    auto const challenge = test::value(age::TokenChallenge::decode(issued.challenge));
    return {{{challenge.issuer_name, {issued.key}, min_age}}, {}};
}

age::TokenProof proof_of(Issued const& issued) {
    auto const challenge = test::value(age::TokenChallenge::decode(issued.challenge));
    return {issued.token, {challenge.origin_info, {Bytes(32, 7), challenge.redemption_context}}};
}

constexpr test::Test tests[] = {
    {"tokens of type 0x0002 of RFC 9578 and others hold, with their challenge and key only",
     [] {
         auto const all = issued_of_type_2();
         for (auto const& one : all) {
             test::check(age::check_token(one.token, one.challenge, one.key) == Reason::accepted, one.about);
             auto other = one.challenge;
             other.back() ^= 1;
             test::check(age::check_token(one.token, other, one.key) == Reason::wrong_challenge, one.about);
             for (auto const& another : all)
                 if (!(another.key == one.key))
                     test::check(age::check_token(one.token, one.challenge, another.key) == Reason::unknown_key,
                                 "another key");
         }
     }},
    {"a challenge is encoded as RFC 9577, 2.1.1, has it, and decoded again",
     [] {
         for (auto const& one : issued_of_type_2())
             test::equal(hex(test::value(age::TokenChallenge::decode(one.challenge)).encoded()), hex(one.challenge),
                         one.about);
         for (auto const& file : test::vector_files("privacypass", "rfc9577-token"))
             for (auto const& one : file.content) {
                 age::TokenChallenge const challenge{std::string{text_of(hex_bytes(one, "issuer_name"))},
                                                     hex_bytes(one, "redemption_context"),
                                                     std::string{text_of(hex_bytes(one, "origin_info"))}};
                 age::Token token;
                 std::ranges::copy(hex_bytes(one, "nonce"), token.nonce.begin());
                 std::ranges::copy(hex_bytes(one, "token_key_id"), token.key_id.begin());
                 token.challenge_digest = crypto::sha256(ByteView{challenge.encoded()});
                 auto const encoded = token.encoded();
                 test::equal(hex(ByteView{encoded}.first(age::Token::signed_size)),
                             one.at("token_authenticator_input").get<std::string>(), "authenticator input");
             }
     }},
    {"a challenge that is cut, too long or of another type is refused",
     [] {
         auto const whole = issued_of_type_2()[0].challenge;
         for (std::size_t size = 0; size < whole.size(); ++size)
             test::check(!age::TokenChallenge::decode(ByteView{whole}.first(size)).ok(), "cut");
         auto longer = whole;
         longer.push_back(0);
         test::check(!age::TokenChallenge::decode(longer).ok(), "longer");
         auto other = whole;
         other[1] = 1;
         test::check(!age::TokenChallenge::decode(other).ok(), "type 0x0001");
     }},
    {"tokens of types 0x0001 and 0xDA7A, and batched requests and responses, are unknown",
     [] {
         auto const key = issued_of_type_2()[0].key;
         std::size_t count = 0;
         auto const check = [&](Bytes const& token, std::string const& about) {
             auto const reason = age::check_token(token, {}, key);
             test::check(reason == Reason::unknown_type || reason == Reason::malformed, about);
             test::check(token[0] == 0 && token[1] == 2 ? reason == Reason::malformed : reason == Reason::unknown_type,
                         about);
             ++count;
         };
         for (auto const* const part : {"type0001", "typeDA7A-public"})
             for (auto const& file : test::vector_files("privacypass", part))
                 for (auto const& one : file.content) {
                     check(hex_bytes(one, "token"), file.name);
                     check(hex_bytes(one, "token_request"), file.name);
                 }
         for (auto const& file : test::vector_files("privacypass", "typeDA7A-token"))
             for (auto const& one : file.content) check(hex_bytes(one, "token_authenticator_input"), file.name);
         for (auto const& file : test::vector_files("privacypass", "batched"))
             for (auto const& batch : file.content) {
                 check(hex_bytes(batch, "token_request"), file.name);
                 check(hex_bytes(batch, "token_response"), file.name);
                 for (auto const& one : batch.at("issuance"))
                     if (one.at("type") != "0002") check(hex_bytes(one, "token"), file.name);
             }
         test::check(count > 20, "so many");
     }},
    {"every file of privacypass vectors is of a kind that is read here",
     [] {
         for (auto const& file : test::vector_files("privacypass"))
             test::check(
                 std::ranges::any_of(
                     std::array{"type0002", "type0001", "typeDA7A", "batched", "rfc9577-token", "rfc9577-header"},
                     [&](std::string_view kind) { return file.name.find(kind) != std::string::npos; }),
                 file.name + " is read by no test");
     }},
    {"a proof: the key's age, the issuer's name, the gate and any of the contexts count",
     [] {
         for (auto const& one : issued_of_type_2()) {
             auto const proof = proof_of(one);
             auto const verdict = proof.check(trust_in(one, 16), {16, {}});
             test::check(verdict.accepted(), one.about);
             test::equal(int{verdict.min_age}, 16, one.about);
             test::check(verdict.replay_digest == crypto::sha256(ByteView{one.token}.subspan(2, 32)),
                         "the nonce's digest");
             test::check(proof.check(trust_in(one, 16), {18, {}}).reason == Reason::too_young, "18 asked for");
             test::check(proof.check({}, {16, {}}).reason == Reason::unknown_key, "nobody trusted");
             auto trust = trust_in(one, 16);
             trust.issuers[0].name = "other.example";
             test::check(proof.check(trust, {16, {}}).reason == Reason::wrong_challenge, "another issuer's name");
             auto const challenge = test::value(age::TokenChallenge::decode(one.challenge));
             age::TokenProof const elsewhere{one.token, {"elsewhere.example", {challenge.redemption_context}}};
             test::check(elsewhere.check(trust_in(one, 16), {16, {}}).reason == Reason::wrong_challenge,
                         "another gate");
             age::TokenProof const later{one.token, {challenge.origin_info, {Bytes(32, 1), Bytes(32, 2)}}};
             test::check(later.check(trust_in(one, 16), {16, {}}).reason == Reason::wrong_challenge, "another context");
         }
     }},
    {"each change of one octet of an accepted token is refused, by its length, too",
     [] {
         auto one = issued_of_type_2()[0];
         auto const trust = trust_in(one, 16);
         auto const whole = one.token;
         for (std::size_t at = 0; at < whole.size(); ++at)
             for (std::uint8_t const flip : {std::uint8_t{0x01}, std::uint8_t{0x80}, std::uint8_t{0xff}}) {
                 one.token = whole;
                 one.token[at] ^= flip;
                 test::check(!proof_of(one).check(trust, {16, {}}).accepted(), "octet " + std::to_string(at));
             }
         for (std::size_t size = 0; size < whole.size(); ++size) {
             one.token.assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
             test::check(!proof_of(one).check(trust, {16, {}}).accepted(), "cut");
         }
         one.token = whole;
         one.token.push_back(0);
         test::check(!proof_of(one).check(trust, {16, {}}).accepted(), "longer");
     }},
    {"a token key has one form: each change of its head, another size, and rsaEncryption are refused",
     [] {
         auto const whole = issued_of_type_2()[0].key.spki();
         test::equal(whole.size(), age::TokenKey::size, "octets");
         for (std::size_t at = 0; at < 81; ++at) {
             auto changed = whole;
             changed[at] ^= 1;
             test::check(!age::TokenKey::from_spki(changed).ok(), "octet " + std::to_string(at));
         }
         auto exponent = whole;
         exponent.back() = 3;
         test::check(!age::TokenKey::from_spki(exponent).ok(), "another exponent");
         test::check(!age::TokenKey::from_spki(ByteView{whole}.first(341)).ok(), "cut");
         for (auto const& file : test::vector_files("rsapss"))
             for (auto const& group : file.content.at("testGroups"))
                 test::check(!age::TokenKey::from_spki(hex_bytes(group, "publicKeyDer")).ok(), "rsaEncryption");
     }},
};

}  // namespace

int main() {
    return test::run("age/token", tests);
}
