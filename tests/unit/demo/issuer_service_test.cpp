#include "demo/issuer_service.h"

#include <memory>

#include "demo/issuer_directory.h"
#include "foreign_json.h"
#include "test.h"

namespace {

using namespace kindgate;
using demo::CodeBook;
using demo::IssuerRequest;
using demo::IssuerService;
using std::chrono::days;

constexpr std::chrono::sys_seconds now =
    std::chrono::sys_days{std::chrono::year{2026} / 6 / 1} + std::chrono::hours{15};
constexpr char const* codes = "# two people\n16-AAAA-BBBB-CCCC\n18-DDDD-EEEE-FFFF\n";

// Keys take a second: made once.
demo::BlindSigner const& signer() {
    static auto const made = test::value(demo::BlindSigner::generate());
    return made;
}

struct Scene {
    std::shared_ptr<std::string> used = std::make_shared<std::string>();
    std::shared_ptr<bool> disk_full = std::make_shared<bool>(false);
    IssuerService service = make();

    IssuerService make() const {
        demo::Validity const always{now - days{1}, now + days{100}};
        std::map<std::uint8_t, demo::TokenIssuer> tokens;
        for (auto const age : {std::uint8_t{16}, std::uint8_t{18}})
            tokens.emplace(age, test::value(demo::TokenIssuer::create({signer()})));
        return IssuerService{
            {"issuer.example", std::move(tokens),
             test::value(demo::MdocIssuer::create({"issuer.example", "1.0.18013.5.1.2", always, always})),
             test::value(CodeBook::read(codes, *used, 2)),
             [used = used, full = disk_full](std::string const& text) -> Result<void> {
                 if (*full) return Error{ErrorCode::system, "no space"};
                 *used = text;
                 return {};
             }}};
    }
    unsigned status(IssuerRequest const& request) { return service.answer(request, now).status; }
};

demo::TokenRequest token_request() {
    auto const challenge = age::TokenChallenge{"age16.issuer.example", {}, ""}.encoded();
    return test::value(demo::TokenRequest::create(challenge, test::value(signer().token_key())));
}

IssuerRequest asking(demo::TokenRequest const& request, std::string const& code) {
    return {"POST",
            "age16.issuer.example",
            "/token-request",
            "application/private-token-request",
            code,
            std::string{text_of(request.encoded())}};
}

constexpr test::Test tests[] = {
    {"the directory names the key of the age, and is read again",
     [] {
         Scene scene;
         IssuerRequest const request{"GET", "Age16.Issuer.example", std::string{demo::IssuerDirectory::path}, "", "",
                                     ""};
         auto const answer = scene.service.answer(request, now);
         test::equal(answer.status, 200U, "status");
         test::equal(answer.type, "application/private-token-issuer-directory", "type");
         auto const read = test::value(demo::IssuerDirectory::read(answer.body));
         test::equal(read.request_uri, "/token-request", "where to ask");
         test::check(read.keys == std::vector{test::value(signer().token_key())}, "key");
         test::check(!demo::IssuerDirectory::read("{}").ok(), "no directory");
         auto const others = demo::IssuerDirectory::read(
             R"({"issuer-request-uri": "/", "token-keys": [{"token-type": 1, "token-key": "AAAA"}, 7]})");
         test::check(test::value(others).keys.empty(), "keys of other types");
     }},
    {"a token is signed for a code, which is written down first",
     [] {
         Scene scene;
         auto const request = token_request();
         auto const answer = scene.service.answer(asking(request, "Code 16-aaaa-bbbb-cccc"), now);
         test::equal(answer.status, 200U, answer.body);
         test::equal(answer.type, "application/private-token-response", "type");
         test::check(request.finish(bytes_of(answer.body)).ok(), "a token");
         test::equal(*scene.used, "16-AAAA-BBBB-CCCC 1\n", "used");
         *scene.disk_full = true;
         test::equal(scene.status(asking(request, "Code 18-DDDD-EEEE-FFFF")), 503U, "not written down");
     }},
    {"a code is good so many times, also after a restart; none, another or a lower one is not",
     [] {
         Scene scene;
         auto const request = token_request();
         auto const good = asking(request, "Code 16-AAAA-BBBB-CCCC");
         test::equal(scene.status(good), 200U, "first");
         scene.service = scene.make();
         test::equal(scene.status(good), 200U, "second");
         test::equal(scene.status(good), 403U, "third");
         test::equal(scene.status(asking(request, "")), 401U, "none");
         test::equal(scene.status(asking(request, "Basic 18-DDDD-EEEE-FFFF")), 401U, "another scheme");
         test::equal(scene.status(asking(request, "Code 18-AAAA-BBBB-CCCC")), 403U, "unknown");
         auto higher = asking(request, "Code 16-AAAA-BBBB-CCCC");
         higher.host = "age18.issuer.example";
         scene.used->clear();
         scene.service = scene.make();
         test::equal(scene.status(higher), 403U, "for a higher age");
         test::equal(*scene.used, "", "what is refused costs nothing");
     }},
    {"what is asked wrongly has its status, and costs no code",
     [] {
         Scene scene;
         auto const good = asking(token_request(), "Code 16-AAAA-BBBB-CCCC");
         auto const changed = [&](std::string IssuerRequest::* member, std::string const& value) {
             auto request = good;
             request.*member = value;
             return scene.status(request);
         };
         test::equal(changed(&IssuerRequest::host, "other.example"), 421U, "host");
         test::equal(changed(&IssuerRequest::target, "/"), 404U, "page");
         test::equal(changed(&IssuerRequest::method, "GET"), 405U, "method");
         test::equal(changed(&IssuerRequest::content_type, "text/plain"), 415U, "type");
         test::equal(changed(&IssuerRequest::body, std::string{"\0\1", 2} + std::string(257, 'x')), 422U,
                     "type 0x0001");
         test::equal(changed(&IssuerRequest::body, ""), 422U, "nothing");
         test::equal(*scene.used, "", "no code");
     }},
    {"an attestation tells of each age whether the code reaches it, from the day's beginning",
     [] {
         Scene scene;
         auto const point = test::value(crypto::PrivateKey::at_random().public_key()).point();
         auto const wanted = json_text({{"device_key", base64url(point)}, {"ages", {16, 18}}});
         IssuerRequest request{"POST", "192.0.2.7", "/attestation", "application/json", "Code 16-AAAA-BBBB-CCCC",
                               wanted};
         auto const answer = scene.service.answer(request, now);
         test::equal(answer.status, 200U, answer.body);
         auto const issued = test::value(demo::Attestation::decode(bytes_of(answer.body)));
         test::equal(issued.doc_type, "eu.europa.ec.av.1", "type");
         test::check(issued.elements[0].value == true && issued.elements[1].value == false, "16, not 18");
         test::contains(text_of(issued.issuer_auth), "2026-06-01T00:00:00Z");
         for (auto const* const wrong : {"", "{}", R"({"device_key": "AAAA", "ages": [16]})"}) {
             request.body = wrong;
             test::equal(scene.status(request), 422U, wrong);
         }
     }},
    {"codes are of a form that people can read aloud, and each is another; what is none is refused",
     [] {
         auto const code = CodeBook::new_code(16);
         test::equal(code.size(), std::string_view{"16-K7QM-3XPD-9TRW"}.size(), code);
         test::check(code != CodeBook::new_code(16), "another");
         test::check(test::value(CodeBook::read(code + "\n", "", 1)).age_of(code) == 16, "its age");
         for (auto const* const wrong : {"code", "16-AA BB", "300-AAAA", "-AAAA"})
             test::check(!CodeBook::read(wrong, "", 1).ok(), wrong);
         test::check(!CodeBook::read(codes, "16-AAAA-BBBB-CCCC\n", 1).ok(), "used without a number");
     }},
};

}  // namespace

int main() {
    return test::run("demo/issuer_service", tests);
}
