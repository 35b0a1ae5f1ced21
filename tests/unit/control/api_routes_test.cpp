#include "api_routes.h"

#include <stdexcept>

#include "fake_service.h"
#include "test.h"

namespace {

using namespace kindgate;
using control::ApiResponse;
using fake::FakeService;

control::Caller const parent{"parent", true};
control::Caller const kid{"kid", false};

struct Asked {
    char const* method;
    char const* target;
    char const* body = "";
    std::optional<std::string> if_match = std::nullopt;
};

ApiResponse ask(FakeService& service, Asked const& asked, control::Caller const& caller = parent) {
    auto target = test::value(control::ApiTarget::parse(asked.target));
    auto match = control::match_route(asked.method, target, caller);
    if (match.route == nullptr) return match.refusal;
    return control::answer(*match.route, service,
                           {asked.method, std::move(target), match.argument, asked.if_match, asked.body, caller});
}

ApiResponse ask(Asked const& asked, control::Caller const& caller = parent) {
    FakeService service;
    return ask(service, asked, caller);
}

void expect_error(ApiResponse const& response, unsigned status, std::string_view says) {
    test::equal(response.status, status, response.body);
    v1::ErrorAnswer answer;
    test::value(control::from_json(response.body, answer));
    test::contains(answer.error(), says);
}

constexpr test::Test tests[] = {
    {"each path asks the gate what it says",
     [] {
         struct Case {
             Asked asked;
             char const *call, *answer;
         };
         Case const cases[] = {
             {{"GET", "/v1/status"}, "status", R"("policy_name":"Home")"},
             {{"GET", "/v1/devices"}, "devices", R"({"devices":[{"id":"kid-phone")"},
             {{"PUT", "/v1/devices/02-00-5E-10-00-01", R"({"profile_or_device":"kid"})"},
              "place 02:00:5e:10:00:01 kid by parent",
              R"("profile":"kid")"},
             {{"GET", "/v1/leases"}, "leases", R"("seconds_left":"90")"},
             {{"GET", "/v1/explain?profile=kid"}, "explain device '' profile 'kid' at ''", R"("decision":"ALLOW")"},
             {{"GET", "/v1/explain?device=02:00:5e:10:00:01&at=2026-03-29T02:30:00+02:00"},
              "explain device '02:00:5e:10:00:01' profile '' at '2026-03-29T02:30:00+02:00'",
              R"("because":[])"},
             {{"GET", "/v1/timeline?profile=kid&from=2026-03-29&to=2026-03-30"},
              "timeline device '' profile 'kid' from '2026-03-29' to '2026-03-30'",
              R"({"stretches":[]})"},
             {{"GET", "/v1/overrides"}, "overrides", R"({"overrides":[]})"},
             {{"POST", "/v1/overrides", R"({"who":"kid","mode":"OFF","seconds":1800})"},
              "give kid OFF 1800 by parent",
              R"({"id":"7","who":"kid","mode":"MODE_UNSPECIFIED","from":"","until":"","given_by":""})"},
             {{"DELETE", "/v1/overrides/18446744073709551615"}, "end override 18446744073709551615", R"("id":)"},
             {{"DELETE", "/v1/overrides?who=kid"}, "end overrides of kid", R"({"overrides":[]})"},
             {{"GET", "/v1/policy"}, "policy", "name: \"Home\"\n"},
             {{"PUT", "/v1/policy", "text", "\"0123456789abcdef\""},
              "replace policy '0123456789abcdef' with 4 bytes",
              R"({"revision":"fedcba9876543210","warnings":[]})"},
             {{"PUT", "/v1/policy", "text", "*"}, "replace policy '' with 4 bytes", "fedcba"},
             {{"GET", "/v1/policy/revisions"}, "policy revisions", R"({"revisions":[{"revision":"0123456789abcdef")"},
             {{"GET", "/v1/policy/revisions/0123"}, "policy revision 0123", "name: \"Home\"\n"},
             {{"POST", "/v1/policy/validate", "text"}, "validate 4 bytes", "fedcba"},
             {{"GET", "/v1/age/gate?device=kid&category=social"},
              "gate 1 social",
              R"("verdict":"REFUSE","reason":"closed")"},
             {{"POST", "/v1/age/proof", R"({"device":"kid","category":"social","token":"AAI"})"},
              "token 0002 for social",
              R"("verdict":"REFUSE")"},
             {{"DELETE", "/v1/age/opened?who=kid&category=social"}, "close social of kid", R"({"closed":[]})"},
             {{"DELETE", "/v1/age/opened?who=all"}, "close  of all", R"({"closed":[]})"},
             {{"POST", "/v1/release"}, "release", "{}"},
             {{"POST", "/v1/clock", R"({"seconds":-90})"}, "move clock -90", R"("offset_seconds":"-90")"},
         };
         for (auto const& c : cases) {
             FakeService service;
             auto const response = ask(service, c.asked);
             test::equal(response.status, 200U, std::string{c.asked.target} + " " + response.body);
             test::equal(service.asked.size(), 1U, c.asked.target);
             test::equal(service.asked.front(), c.call, c.asked.target);
             test::contains(response.body, c.answer);
         }
     }},
    {"the policy is text with its revision as ETag; so is what replaces it",
     [] {
         auto const got = ask({"GET", "/v1/policy"});
         test::equal(got.content_type, "text/plain; charset=utf-8", "type");
         test::equal(got.headers.front().second, "\"0123456789abcdef\"", "ETag");
         auto const put = ask({"PUT", "/v1/policy", "text", "*"});
         test::equal(put.headers.front().second, "\"fedcba9876543210\"", "ETag");
     }},
    {"who may only read reads everything but the house's own figures, and changes nothing",
     [] {
         for (auto const& route : control::api_routes()) {
             auto const target = test::value(control::ApiTarget::parse(route.path));
             bool const may = control::match_route(route.method, target, kid).route != nullptr;
             auto const about = std::string{route.method} + " " + std::string{route.path};
             bool const own = route.path == "/v1/report/preview" || route.path == "/v1/report/figures";
             test::equal(may, (route.method == "GET" && !own) || route.path == "/v1/policy/validate", about);
         }
         FakeService service;
         expect_error(ask(service, {"POST", "/v1/release"}, kid), 403, "kid may only read");
         expect_error(ask(service, {"DELETE", "/v1/overrides?who=kid"}, kid), 403, "admin_groups");
         test::check(service.asked.empty(), "the gate wasn't asked");
     }},
    {"what is wrong with a request is told",
     [] {
         struct Case {
             Asked asked;
             unsigned status;
             char const* says;
         };
         Case const cases[] = {
             {{"GET", "/"}, 404, "/v1/policy/validate"},
             {{"GET", "/v2/status"}, 404, "there is no /v2/status; there are: /v1/status, /v1/devices"},
             {{"GET", "/v1/status/more"}, 404, "/v1/leases"},
             {{"DELETE", "/v1/age/opened"}, 400, "'who' is missing"},
             {{"DELETE", "/v1/status"}, 405, "it takes: GET"},
             {{"PATCH", "/v1/overrides"}, 405, "it takes: GET, POST, DELETE"},
             {{"HEAD", "/v1/policy"}, 405, "it takes: GET, PUT"},
             {{"GET", "/v1/devices/02:00:5e:10:00:01"}, 405, "it takes: PUT"},
             {{"GET", "/v1/status?verbose=1"}, 400, "doesn't take 'verbose'; it takes: nothing"},
             {{"GET", "/v1/explain?profile=kid&when=now"}, 400, "it takes: device profile at"},
             {{"GET", "/v1/explain?profile=kid&&"}, 400, "doesn't take ''"},
             {{"GET", "/v1/explain?profile=kid&device%20profile=x"}, 400, "doesn't take"},
             {{"GET", "/v1/explain"}, 400, "one of the two"},
             {{"GET", "/v1/explain?profile=kid&device=x"}, 400, "one of the two"},
             {{"GET", "/v1/timeline?profile=kid&from=2026-03-29"}, 400, "'to' is missing"},
             {{"DELETE", "/v1/overrides"}, 400, "'who' is missing"},
             {{"DELETE", "/v1/overrides?who="}, 400, "'who' is missing"},
             {{"DELETE", "/v1/overrides/seven"}, 400, "'seven' is not an override's id"},
             {{"DELETE", "/v1/overrides/-1"}, 400, "is not an override's id"},
             {{"DELETE", "/v1/overrides/18446744073709551616"}, 400, "is not an override's id"},
             {{"PUT", "/v1/devices/kitchen", R"({"profile_or_device":"kid"})"},
              400,
              "'kitchen' is not a hardware address"},
             {{"PUT", "/v1/devices/02:00:5e:10:00:01", ""}, 400, "the body is empty: send a PlaceDevice"},
             {{"PUT", "/v1/devices/02:00:5e:10:00:01", R"({"profile":"kid"})"}, 400, "profile"},
             {{"POST", "/v1/overrides", "not json"}, 400, "not a GiveOverride in JSON"},
             {{"POST", "/v1/overrides", R"({"who":"kid","mode":"SHUT"})"}, 400, "SHUT"},
             {{"POST", "/v1/overrides", R"({"who":"kid","mode":9})"}, 400, "OPEN, LEARNING or OFF"},
             {{"POST", "/v1/overrides", R"({"who":"kid"})"}, 400, "OPEN, LEARNING or OFF"},
             {{"POST", "/v1/overrides", R"({"who":"kid","mode":"OFF","seconds":-1})"}, 400, "GiveOverride"},
             {{"POST", "/v1/clock", R"({"seconds":1e30})"}, 400, "MoveClock"},
             {{"PUT", "/v1/policy", "text"}, 428, "If-Match"},
             {{"PUT", "/v1/policy", "text", "0123"}, 400, "with its quotes"},
         };
         for (auto const& c : cases) {
             FakeService service;
             expect_error(ask(service, c.asked), c.status, c.says);
             test::check(service.asked.empty(), c.asked.target);
         }
         test::equal(ask({"PATCH", "/v1/overrides"}).headers.front().second, "GET, POST, DELETE", "Allow");
     }},
    {"the gate's errors have the status that fits",
     [] {
         struct Case {
             ErrorCode code;
             unsigned status;
         };
         for (auto const& c :
              {Case{ErrorCode::invalid_input, 400}, Case{ErrorCode::not_found, 404}, Case{ErrorCode::conflict, 409},
               Case{ErrorCode::forbidden, 403}, Case{ErrorCode::unavailable, 503}, Case{ErrorCode::system, 500},
               Case{ErrorCode::damaged, 500}}) {
             for (auto const& asked :
                  {Asked{"PUT", "/v1/devices/02:00:5e:10:00:01", "{}"}, Asked{"GET", "/v1/explain?profile=x"},
                   Asked{"GET", "/v1/timeline?profile=x&from=a&to=b"},
                   Asked{"POST", "/v1/overrides", R"({"mode":"OFF"})"}, Asked{"DELETE", "/v1/overrides/1"},
                   Asked{"DELETE", "/v1/overrides?who=x"}, Asked{"GET", "/v1/policy"}, Asked{"POST", "/v1/release"},
                   Asked{"POST", "/v1/clock", "{}"}}) {
                 FakeService service;
                 service.failure = Error{c.code, "the reason"};
                 expect_error(ask(service, asked), c.status, "the reason");
             }
         }
     }},
    {"a policy that is refused tells every place; a stale revision is 412",
     [] {
         FakeService service;
         service.verdict.error = "the policy is refused";
         service.verdict.details = {"f:1:2: a: b", "f:3:4: c: d"};
         for (auto const& asked :
              {Asked{"PUT", "/v1/policy", "text", "*"}, Asked{"POST", "/v1/policy/validate", "text"}}) {
             auto const response = ask(service, asked);
             expect_error(response, 400, "the policy is refused");
             test::contains(response.body, R"("details":["f:1:2: a: b","f:3:4: c: d"])");
         }
         service.verdict.code = ErrorCode::conflict;
         expect_error(ask(service, {"PUT", "/v1/policy", "text", "\"old\""}), 412, "refused");
         service.verdict.code = ErrorCode::forbidden;
         expect_error(ask(service, {"PUT", "/v1/policy", "text", "\"old\""}), 403, "refused");
     }},
    {"who may only read has no large policy checked: it costs the gate's time",
     [] {
         std::string const large(600 * 1024, '#');
         Asked const check{"POST", "/v1/policy/validate", large.c_str()};
         FakeService service;
         expect_error(ask(service, check, kid), 413, "kindgate policy check");
         test::check(service.asked.empty(), "the gate wasn't asked");
         test::equal(ask(service, check).status, 200U, "who may change it");
     }},
    {"a handler that throws is an answer, not the daemon's end",
     [] {
         FakeService service;
         control::ApiRoute const throws{
             .method = "GET", .path = "/v1/x", .query = "", .answer = [](auto&, auto const&) {
                 throw std::runtime_error{"out of luck"};
                 return Result<ApiResponse>{ApiResponse{}};
             }};
         expect_error(control::answer(throws, service, {}), 500, "GET /v1/x failed: out of luck");
     }},
    {"an error that quotes bytes that are no UTF-8 is still JSON",
     [] {
         struct Case {
             char const *bytes, *text;
         };
         for (auto const& c :
              {Case{"a\xff\xfe", "a??"},
               Case{"m\xc3\xbcsli \xe2\x82\xac \xf0\x9f\x93\xb1", "m\xc3\xbcsli \xe2\x82\xac \xf0\x9f\x93\xb1"},
               Case{"\xc3", "?"}, Case{"\xc0\x80", "??"}, Case{"\xe0\x80\x80", "???"}, Case{"\xed\xa0\x80", "???"},
               Case{"\xf4\x90\x80\x80", "????"}, Case{"\xe2\x82", "??"}}) {
             auto const response = control::error_response(400, c.bytes, {c.bytes});
             v1::ErrorAnswer answer;
             test::value(control::from_json(response.body, answer));
             test::equal(answer.error(), c.text, c.text);
             test::equal(answer.details(0), c.text, c.text);
         }
     }},
};

}  // namespace

int main() {
    return test::run("control/api_routes", tests);
}
