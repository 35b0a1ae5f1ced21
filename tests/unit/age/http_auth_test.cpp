#include "age/http_auth.h"

#include "age/token.h"
#include "vectors.h"

namespace {

using namespace kindgate;
using age::read_authorization;
using age::read_www_authenticate;
using test::hex_bytes;

constexpr test::Test tests[] = {
    {"headers of RFC 9577's vectors: several challenges, unknown parameters",
     [] {
         for (auto const& file : test::vector_files("privacypass", "header"))
             for (auto const& one : file.content) {
                 auto const found = read_www_authenticate(one.at("WWW-Authenticate").get<std::string>());
                 std::size_t count = 0;
                 for (; one.contains("token-challenge-" + std::to_string(count)); ++count) {
                     auto const number = std::to_string(count);
                     test::check(count < found.size(), "another challenge");
                     test::equal(hex(found[count].challenge), one.at("token-challenge-" + number).get<std::string>(),
                                 "challenge");
                     test::equal(hex(found[count].token_key), one.at("token-key-" + number).get<std::string>(), "key");
                     test::equal(found[count].max_age.value_or(0), one.at("max-age-" + number).get<unsigned>(), "age");
                     // Of type 0x0001 nothing is taken.
                     test::equal(age::TokenChallenge::decode(found[count].challenge).ok(),
                                 one.at("token-type-" + number) == 2, "type");
                 }
                 test::equal(found.size(), count, "challenges");
             }
     }},
    {"what is written is read again",
     [] {
         std::vector<age::AuthChallenge> const said{{{1, 2, 3}, {4}, 300}, {{5}, {}, {}}, {{255, 255}, {6, 7}, {}}};
         auto const value = age::www_authenticate(said);
         test::equal(value,
                     "PrivateToken challenge=\"AQID\", token-key=\"BA==\", max-age=\"300\", PrivateToken "
                     "challenge=\"BQ==\", PrivateToken challenge=\"__8=\", token-key=\"Bgc=\"",
                     "header");
         test::check(read_www_authenticate(value) == said, "read again");
         test::equal(hex(*read_authorization(age::authorization(Bytes{1, 2}))), "0102", "token");
     }},
    {"values are tokens or quoted strings, names in any case, blanks anywhere the grammar has them",
     [] {
         for (std::string_view const value :
              {"PrivateToken token=\"AQI=\"", "PrivateToken token=AQI", "PrivateToken token=AQI=",
               "privatetoken TOKEN=\"AQI=\"", "PrivateToken  token = \"AQI=\" , extension=\"a, b\"",
               "PrivateToken extension=x,token=\"AQ\\I=\"", "PrivateToken , token=\"AQI\""}) {
             auto const token = read_authorization(value);
             test::check(token.has_value(), value);
             test::equal(hex(*token), "0102", value);
         }
     }},
    {"what is no token is none",
     [] {
         for (std::string_view const value :
              {"", "PrivateToken", "PrivateToken AQI=", "PrivateToken token", "PrivateToken token=\"AQI",
               "PrivateToken token=\"A!\"", "PrivateToken token=\"A\"", "Basic token=\"AQI=\"",
               "Bearer AQI=", "PrivateToken token=\"AQI=\", PrivateToken token=\"AQI=\"",
               "PrivateToken extension=\"AQI=\"", "=", "\"", "PrivateToken token=\"AQI\\"})
             test::check(!read_authorization(value).has_value(), value);
     }},
    {"other schemes stand beside",
     [] {
         auto const found = read_www_authenticate(
             "Basic realm=\"PrivateToken challenge=x\", PrivateToken challenge=AQ==, Negotiate, Bearer dG9rZW4=, "
             "privateToken max-age=x, challenge=\"Ag==\", Digest qop=\"auth,auth-int\", nonce=\"x\"");
         test::equal(found.size(), 2U, "challenges");
         test::equal(hex(found[0].challenge) + hex(found[1].challenge), "0102", "challenges");
         test::check(!found[1].max_age, "no number");
     }},
};

}  // namespace

int main() {
    return test::run("age/http_auth", tests);
}
