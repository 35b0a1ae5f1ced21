#include "demo/presentation.h"

#include "age/mdoc.h"
#include "age/openid4vp.h"
#include "age/session_transcript.h"
#include "foreign_json.h"
#include "test.h"

namespace {

using namespace kindgate;
using demo::PresentationRequest;
using std::chrono::days;

constexpr std::chrono::sys_seconds now = std::chrono::sys_days{std::chrono::year{2026} / 6 / 1};
constexpr char const* uri = "https://gate.example/age/social/answer";

Json claim(char const* element) {
    return {{"path", {"eu.europa.ec.av.1", element}}};
}

// As a gate asks.
Json request(char const* mode = "direct_post") {
    Json const credential{{"id", "age"},
                          {"format", "mso_mdoc"},
                          {"meta", {{"doctype_value", "eu.europa.ec.av.1"}}},
                          {"claims", Json::array({claim("age_over_16")})}};
    return {{"client_id", std::string{"redirect_uri:"} + uri},
            {"response_type", "vp_token"},
            {"response_mode", mode},
            {"response_uri", uri},
            {"nonce", "n-0"},
            {"state", "s&1"},
            {"dcql_query", {{"credentials", Json::array({credential})}}}};
}

Json with_key(crypto::AgreementKey const& key) {
    auto said = request("direct_post.jwt");
    ByteView const point{key.public_key()};
    Json const jwk{{"kty", "EC"},  {"crv", "P-256"},   {"x", base64url_unpadded(point.subspan(1, 32))},
                   {"use", "enc"}, {"alg", "ECDH-ES"}, {"y", base64url_unpadded(point.subspan(33, 32))},
                   {"kid", "1"}};
    said["client_metadata"] = {{"jwks", {{"keys", Json::array({jwk})}}},
                               {"encrypted_response_enc_values_supported", {"A192GCM", "A256GCM", "A128GCM"}}};
    return said;
}

struct Wallet {
    demo::MdocIssuer issuer = test::value(demo::MdocIssuer::create(
        {"issuer.example", "1.0.18013.5.1.2", {now - days{1}, now + days{100}}, {now - days{1}, now + days{100}}}));
    crypto::PrivateKey device = crypto::PrivateKey::at_random();
    demo::Attestation attestation = test::value(issuer.issue({.claims = {{"age_over_18", true}, {"age_over_21", false}},
                                                              .validity = {now, now + days{30}},
                                                              .device = test::value(device.public_key())}));

    age::Verdict verdict(Bytes const& response, Bytes const& transcript) const {
        age::Trust const trust{{},
                               {{"issuer.example", test::value(crypto::Authority::from_pem(issuer.ca_pem())),
                                 "1.0.18013.5.1.2", age::DocType::eu_age_verification}}};
        return age::MdocProof{response, transcript}.check(trust, {16, now});
    }
};

PresentationRequest read(Json const& said) {
    return test::value(PresentationRequest::read(json_text(said)));
}

struct Wrong {
    std::string_view part;
    void (*change)(Json&);
};

constexpr Wrong refusals[] = {
    {"response_type vp_token", [](Json& r) { r["response_type"] = "code"; }},
    {"no nonce", [](Json& r) { r.erase("nonce"); }},
    {"no response_uri with https", [](Json& r) { r["response_uri"] = "http://gate.example/"; }},
    {"not of who gets the answer", [](Json& r) { r["client_id"] = "redirect_uri:https://other.example/"; }},
    {"not of who gets the answer", [](Json& r) { r["client_id"] = 7; }},
    {"another way", [](Json& r) { r["response_mode"] = "fragment"; }},
    {"names no key", [](Json& r) { r["response_mode"] = "direct_post.jwt"; }},
    {"tells an age alone", [](Json& r) { r.erase("dcql_query"); }},
    {"tells an age alone", [](Json& r) { r["dcql_query"]["credentials"][0]["format"] = "dc+sd-jwt"; }},
    {"tells an age alone", [](Json& r) { r["dcql_query"]["credentials"][0]["claims"].push_back(claim("given_name")); }},
    {"tells an age alone", [](Json& r) { r["dcql_query"]["credentials"][0]["claims"][0] = claim("age_over_1x"); }},
};

constexpr test::Test tests[] = {
    {"a gate's links, by value and by reference, ask what its page asks",
     [] {
         age::WalletQuestion const question{.state = "s&1",
                                            .nonce = "n-0",
                                            .response_uri = uri,
                                            .min_age = 16,
                                            .types = {age::DocType::eu_age_verification}};
         auto const by_value = test::value(demo::RequestLink::read(age::request_link("av", question)));
         test::equal(by_value.request_uri, std::string{}, "by value: no reference");
         auto const reference = age::reference_link("av", question, "https://gate.example/age/request/7");
         auto const by_reference = test::value(demo::RequestLink::read(reference));
         test::equal(by_reference.request_uri, std::string{"https://gate.example/age/request/7"}, "request_uri");
         test::equal(by_reference.client_id, question.client_id(), "client_id");
         auto const object = age::request_object(question);
         for (auto const& read : {PresentationRequest::read(by_value.request), PresentationRequest::read_object(object),
                                  PresentationRequest::read(age::request_json(question))}) {
             test::equal(test::value(read).state, question.state, "state");
             test::check(test::value(read).transcript() == question.transcript(), "what is signed");
         }
         auto const signed_object =
             base64url_unpadded(bytes_of(R"({"alg":"ES256"})")) + object.substr(object.find('.'));
         test::contains(PresentationRequest::read_object(signed_object).error().message(), "signed");
         for (auto const* link : {"av:?client_id=x", "https", "av://?client_id=%1"})
             test::contains(demo::RequestLink::read(link).error().message(), "no link to a wallet");
         for (auto const* jwt : {"", ".", "e30.!.", "e30"})
             test::check(!PresentationRequest::read_object(jwt).ok(), jwt);
     }},
    {"direct_post: the nearest age at or above what is asked, which the gate's verifier takes",
     [] {
         Wallet const wallet;
         auto const asked = read(request());
         auto const made = test::value(demo::answer(asked, wallet.attestation, wallet.device));
         auto const transcript = age::redirect_transcript(std::string{"redirect_uri:"} + uri, "n-0", {}, uri);
         auto const verdict = wallet.verdict(made.device_response, transcript);
         test::equal(age::word(verdict.reason), age::word(age::Reason::accepted), "accepted");
         test::equal(int{verdict.min_age}, 18, "years");
         auto const token = base64url_unpadded(made.device_response);
         test::equal(made.form, "vp_token=%7B%22age%22%3A%5B%22" + token + "%22%5D%7D&state=s%261", "form");
     }},
    {"direct_post.jwt: the answer is sealed, and bound to the key that it is sealed for",
     [] {
         Wallet const wallet;
         auto const key = crypto::AgreementKey::at_random(crypto::Curve::p256);
         auto const asked = read(with_key(key));
         test::check(asked.receiver->encryption == demo::Encryption::a256gcm, "the first that is known");
         auto const made = test::value(demo::answer(asked, wallet.attestation, wallet.device));
         test::check(made.form.starts_with("response=ey"), "one JWE");
         auto const client = std::string{"redirect_uri:"} + uri;
         auto const bound = age::redirect_transcript(client, "n-0", age::key_thumbprint(key.public_key()), uri);
         test::check(wallet.verdict(made.device_response, bound).accepted(), "with the thumbprint");
         auto const plain = age::redirect_transcript(client, "n-0", {}, uri);
         test::check(wallet.verdict(made.device_response, plain).reason == age::Reason::wrong_device, "without");
     }},
    {"of several ages that are asked for the lowest counts; other credentials are passed over",
     [] {
         auto said = request();
         auto& credentials = said["dcql_query"]["credentials"];
         credentials[0]["claims"] = Json::array({claim("age_over_21"), claim("age_over_13")});
         credentials.insert(credentials.begin(), Json{{"id", "other"}, {"format", "dc+sd-jwt"}});
         auto const asked = read(said);
         test::equal(int{asked.min_age}, 13, "lowest");
         test::equal(asked.credential_id, "age", "credential");
     }},
    {"a request that isn't understood, or isn't the gate's own, is refused in words",
     [] {
         for (auto const& one : refusals) {
             auto said = request();
             one.change(said);
             auto const asked = PresentationRequest::read(json_text(said));
             test::check(!asked.ok(), one.part);
             test::contains(asked.error().message(), one.part);
         }
         for (auto const* const text : {"", "nonsense", "[]", "null"})
             test::check(!PresentationRequest::read(text).ok(), text);
     }},
    {"nothing is shown where no age is reached, or another document is asked for",
     [] {
         Wallet const wallet;
         auto asked = read(request());
         asked.min_age = 21;
         test::check(!demo::answer(asked, wallet.attestation, wallet.device).ok(), "21");
         asked = read(request());
         asked.doc_type = "org.iso.18013.5.1.mDL";
         test::check(!demo::answer(asked, wallet.attestation, wallet.device).ok(), "a licence");
     }},
};

}  // namespace

int main() {
    return test::run("demo/presentation", tests);
}
