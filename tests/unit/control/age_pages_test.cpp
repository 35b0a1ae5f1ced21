// Where devices show proofs of age by HTTP: what each path asks of the gate, and how its answer looks.
#include "age_pages.h"

#include "fake_service.h"
#include "policy/calendar.h"
#include "qr_code.h"
#include "test.h"

namespace {

using namespace kindgate;
using control::Transport;
using control::WebAnswer;
using control::WebRequest;

struct Page {
    Page() {
        service.gate_facts = {.category = "social", .reason = {}, .min_age = 16};
        service.gate_facts.challenges = {{{1, 2}, {3}, 300}};
    }
    WebAnswer ask(std::string path, Transport transport = Transport::tls) {
        request.path = std::move(path);
        auto answer = control::age_answer(service, Slot{7}, request, {transport, "gate.example"});
        if (!answer) test::fail("no answer to " + request.path);
        return *std::move(answer);
    }
    std::string last() const { return service.asked.empty() ? "" : service.asked.back(); }

    fake::FakeService service;
    WebRequest request;
};

std::string header(WebAnswer const& answer, std::string_view name) {
    for (auto const& [key, value] : answer.headers)
        if (key == name) return value;
    return {};
}

constexpr test::Test tests[] = {
    {"who shows nothing is told how: 401, the challenge, a page or JSON",
     [] {
         Page page;
         auto const answer = page.ask("/age/social", Transport::plain);
         test::equal(page.last(), "gate 7 social", "asked");
         test::equal(answer.status, 401U, "status");
         test::equal(header(answer, "WWW-Authenticate"),
                     "PrivateToken challenge=\"AQI=\", token-key=\"Aw==\", max-age=\"300\"", "challenge");
         test::contains(answer.body, "<h1>social is open to who is 16</h1>");
         test::contains(answer.body, "<form method=\"post\" action=\"/age/social\">");
         page.request.wants_json = true;
         test::equal(
             page.ask("/age/social").body,
             "{\"verdict\":\"REFUSE\",\"reason\":\"closed\",\"min_age\":16,\"text\":\"The category social opens "
             "with a proof of age: 16 years\",\"until\":\"\",\"until_text\":\"\"}\n",
             "JSON");
     }},
    {"a token is shown by the scheme's header, or by a form, with blanks and line ends in it",
     [] {
         Page page;
         page.request.authorization = "PrivateToken token=\"AAIB\"";
         page.ask("/age/social");
         test::equal(page.last(), "token 000201 for social", "header");
         page.request = {};
         page.request.method = WebRequest::Method::post;
         page.request.body = "token=AA%0D%0A+IB%3D%3D%3D%3D";
         page.ask("/age/social");
         test::equal(page.last(), "gate 7 social", "wrong padding");
         page.request.body = "token=AA%0D%0A+IB";
         page.ask("/age/social");
         test::equal(page.last(), "token 000201 for social", "form");
         for (std::string const wrong : {"", "token", "token=%", "other=AAIB", "token=AAIB&token=AAIB"}) {
             page.request.body = wrong;
             page.request.wants_json = true;
             test::contains(page.ask("/age/social").body, "\"reason\":\"malformed\"");
         }
     }},
    {"each outcome has its status",
     [] {
         using age::Reason;
         struct Case {
             std::optional<Reason> reason;
             unsigned status;
         };
         for (auto const& c :
              {Case{Reason::accepted, 200}, Case{Reason::wrong_challenge, 401}, Case{Reason::replayed, 401},
               Case{Reason::not_now, 403}, Case{Reason::not_allowed, 403}, Case{Reason::too_often, 429},
               Case{Reason::clock_untrusted, 503}, Case{Reason::unavailable, 503}}) {
             Page page;
             page.service.gate_facts.reason = c.reason;
             page.request.authorization = "PrivateToken token=AAIB";
             test::equal(page.ask("/age/social").status, c.status, age::word(*c.reason));
         }
         Page page;
         page.service.gate_facts.challenges.clear();
         test::equal(page.ask("/age/social").status, 403U, "nothing to answer: no 401");
         page.service.gate_facts = {.category = {}, .reason = Reason::not_allowed};
         test::equal(page.ask("/age/nothing").status, 404U, "no such gate");
         page.service.gate_facts = {.category = "social", .reason = Reason::accepted, .min_age = 16};
         page.service.gate_facts.until_text = "until 15:00";
         test::contains(page.ask("/age/social").body,
                        "<h1>social is open</h1><p>The category social is open, until 15:00.</p>");
     }},
    {"wallets are asked and answer by TLS alone",
     [] {
         Page page;
         page.service.wallet_facts = {"{\"nonce\":1}", "av://?a=1&b=2", "https://g/age/request/x", ""};
         test::equal(page.ask("/age/social/wallet", Transport::plain).status, 404U, "plain");
         test::equal(page.ask("/age/response/x", Transport::plain).status, 404U, "plain");
         test::check(page.service.asked.empty(), "nobody was asked");
         auto const html = page.ask("/age/social/wallet").body;
         test::contains(html, "href=\"av://?a=1&amp;b=2\"");
         test::check(html.find("<svg") == std::string::npos, "no QR code");
         page.request.query = "mode=direct_post.jwt";
         page.request.wants_json = true;
         test::equal(
             page.ask("/age/social/wallet").body,
             "{\"link\":\"av://?a=1&b=2\",\"request\":{\"nonce\":1},\"request_uri\":\"https://g/age/request/x\"}\n",
             "JSON");
         test::equal(page.last(), "wallet for social, encrypted", "asked");
         page.request = {};
         page.service.wallet_facts.reference_link = "av://?client_id=x&request_uri=y";
         test::contains(page.ask("/age/social/wallet").body, "<svg role=\"img\" aria-label=\"QR code for a wallet\"");
         auto const object = page.ask("/age/request/x");
         test::equal(object.type + " " + object.body, "application/oauth-authz-req+jwt object", "by reference");
         page.request.method = WebRequest::Method::post;
         page.request.body = "vp_token=x";
         test::equal(page.ask("/age/response/x").status, 200U, "an answer");
         test::equal(page.last(), "document x vp_token=x", "an answer");
         page.service.gate_facts.reason = age::Reason::malformed;
         test::equal(page.ask("/age/response/x").status, 400U, "no answer");
         page.service.failure = Error{ErrorCode::not_found, "There is no such gate"};
         test::equal(page.ask("/age/social/wallet").status, 404U, "no gate");
         test::equal(page.ask("/age/request/x").status, 404U, "no request");
     }},
    {"another site's page in the device's browser may do nothing; a wallet may answer from its own",
     [] {
         Page page;
         page.request.cross_site = true;
         test::equal(page.ask("/age/social").status, 403U, "gate");
         test::equal(page.ask("/age/social/wallet").status, 403U, "wallet");
         test::check(page.service.asked.empty(), "nobody was asked");
         page.request.method = WebRequest::Method::post;
         test::equal(page.ask("/age/response/x").status, 200U, "answer");
     }},
    {"other paths are not its own",
     [] {
         Page page;
         for (auto const* path : {"/", "/age", "/ages/x", "/age/a/b", "/age/a/b/c", "/age/response/x", "/age/"}) {
             page.request.path = path;
             test::check(!control::age_answer(page.service, Slot{7}, page.request, {Transport::tls, ""}), path);
         }
         page.request = {.name = "social.example", .path = "/age/social"};
         test::check(!control::age_answer(page.service, Slot{7}, page.request, {Transport::plain, "gate.example"}),
                     "in a closed site's place, or by a name that somebody gave the gate's address");
         page.request.name = "Gate.Example";
         test::equal(page.ask("/age/social").status, 401U, "at its own name");
     }},
    {"a QR code has its quiet zone, and what is too long has none",
     [] {
         auto const svg = control::qr_svg("av://?x=1");
         test::contains(svg, "viewBox=\"0 0 29 29\"");  // version 1 has 21 modules, and four on each side
         test::contains(svg, "M4,4h1v1h-1z");           // the corner of a finder pattern
         test::equal(control::qr_svg(std::string(4000, 'x')), "", "too long");
     }},
};

}  // namespace

int main() {
    return test::run("control/age_pages", tests);
}
