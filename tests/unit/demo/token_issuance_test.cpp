#include "demo/token_issuance.h"

#include <algorithm>

#include "vectors.h"

namespace {

using namespace kindgate;
using age::Reason;
using demo::BlindSigner;
using demo::TokenIssuer;
using demo::TokenRequest;
using test::hex_bytes;
using test::Json;

BlindSigner signer_of(Json const& one) {
    return test::value(BlindSigner::from_pem(text_of(hex_bytes(one, "skS"))));
}

// What the client of this vector sends.
TokenRequest request_of(Json const& one, age::TokenKey const& key) {
    TokenRequest::Nonce nonce{};
    std::ranges::copy(hex_bytes(one, "nonce"), nonce.begin());
    return test::value(TokenRequest::create(hex_bytes(one, "token_challenge"), key, nonce,
                                            {hex_bytes(one, "salt"), hex_bytes(one, "blind")}));
}

bool has(Bytes const& whole, ByteView part) {
    return !std::ranges::search(whole, part).empty();
}

void check_refused(TokenIssuer const& issuer, Bytes const& request, std::string_view why, std::string const& about) {
    auto const answer = issuer.answer(request);
    test::check(!answer.ok() && answer.error().code() == ErrorCode::invalid_input, about);
    test::contains(answer.error().message(), why);
}

constexpr test::Test tests[] = {
    {"RFC 9578 and others, type 0x0002: key, request, response and token from the vector's secrets",
     [] {
         std::size_t count = 0;
         for (auto const& file : test::vector_files("privacypass", "type0002"))
             for (auto const& one : file.content) {
                 auto const issuer = test::value(TokenIssuer::create({signer_of(one)}));
                 auto const& key = issuer.keys()[0];
                 test::equal(hex(key.spki()), one.at("pkS").get<std::string>(), file.name);
                 auto const request = request_of(one, key);
                 test::equal(hex(request.encoded()), one.at("token_request").get<std::string>(), file.name);
                 auto const response = test::value(issuer.answer(request.encoded()));
                 test::equal(hex(response), one.at("token_response").get<std::string>(), file.name);
                 auto const token = test::value(request.finish(response));
                 test::equal(hex(token.encoded()), one.at("token").get<std::string>(), file.name);
                 ++count;
             }
         test::check(count >= 10, "so many");
     }},
    {"the requests and responses of type 0x0002 inside batches are the same as alone",
     [] {
         std::size_t count = 0;
         for (auto const& file : test::vector_files("privacypass", "batched"))
             for (auto const& batch : file.content)
                 for (auto const& one : batch.at("issuance")) {
                     if (one.at("type") != "0002") continue;
                     auto const issuer = test::value(TokenIssuer::create({signer_of(one)}));
                     auto const request = request_of(one, issuer.keys()[0]);
                     test::check(has(hex_bytes(batch, "token_request"), request.encoded()), "the request");
                     auto const response = test::value(issuer.answer(request.encoded()));
                     test::check(has(hex_bytes(batch, "token_response"), response), "the response");
                     auto const token = test::value(request.finish(response));
                     test::equal(hex(token.encoded()), one.at("token").get<std::string>(), file.name);
                     ++count;
                 }
         test::check(count >= 4, "so many");
     }},
    {"other types and batches are refused as unknown, by the issuer and by the client",
     [] {
         auto const type_2 = test::vector_files("privacypass", "type0002")[0].content[0];
         auto const issuer = test::value(TokenIssuer::create({signer_of(type_2)}));
         for (auto const* const part : {"type0001", "typeDA7A-public", "batched"})
             for (auto const& file : test::vector_files("privacypass", part))
                 for (auto const& one : file.content)
                     check_refused(issuer, hex_bytes(one, "token_request"), "unknown type", file.name);
         for (auto const* const part : {"type0001", "typeDA7A-public"})
             for (auto const& file : test::vector_files("privacypass", part))
                 for (auto const& one : file.content)
                     test::check(!TokenRequest::create(hex_bytes(one, "token_challenge"), issuer.keys()[0]).ok(),
                                 file.name);
     }},
    {"a request that is cut, too long or for another key is refused",
     [] {
         auto const one = test::vector_files("privacypass", "type0002")[0].content[0];
         auto const issuer = test::value(TokenIssuer::create({signer_of(one)}));
         auto const whole = hex_bytes(one, "token_request");
         for (std::size_t size = 0; size < whole.size(); ++size)
             test::check(!issuer.answer(ByteView{whole}.first(size)).ok(), "cut");
         auto longer = whole;
         longer.push_back(0);
         check_refused(issuer, longer, "259 octets", "longer");
         auto other = whole;
         other[2] ^= 1;
         test::check(issuer.answer(other).error().code() == ErrorCode::not_found, "another key");
     }},
    {"a token made at random answers its challenge; an answer that was changed makes none",
     [] {
         auto const issuer = test::value(TokenIssuer::create({test::value(BlindSigner::generate())}));
         auto const& key = issuer.keys()[0];
         auto const challenge = age::TokenChallenge{"age16.issuer.example", Bytes(32, 7), "gate.example"}.encoded();
         auto const request = test::value(TokenRequest::create(challenge, key));
         auto response = test::value(issuer.answer(request.encoded()));
         auto const token = test::value(request.finish(response)).encoded();
         test::check(age::check_token(token, challenge, key) == Reason::accepted, "accepted");
         test::check(!has(token, request.encoded()) && !has(request.encoded(), ByteView{token}.subspan(2, 32)),
                     "the issuer doesn't see the nonce");
         response[100] ^= 1;
         test::check(!request.finish(response).ok(), "changed");
         test::check(!request.finish(ByteView{response}.first(255)).ok(), "cut");
     }},
    {"two keys that a request couldn't tell apart are no issuer's; nor is none",
     [] {
         auto const signer = test::value(BlindSigner::generate());
         test::check(TokenIssuer::create({signer, signer}).error().code() == ErrorCode::conflict, "the same twice");
         test::check(!TokenIssuer::create({}).ok(), "none");
     }},
};

}  // namespace

int main() {
    return test::run("demo/token_issuance", tests);
}
