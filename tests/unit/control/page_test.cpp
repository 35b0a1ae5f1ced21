// The gate's page: what it says, and that nobody can make it say something else.
#include "page_text.h"

#include "dns_build.h"
#include "house.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using test::House;
using test::instant;

constexpr std::string_view page_policy = R"(name: "Home"
time_zone: "Etc/UTC"
profiles {
  id: "kids"
  windows { days: "daily" from: "21:00" to: "07:00" mode: OFF label: "Bedtime" }
  content { block_categories: "adult" blocked_answer: GATE_ADDRESS }
}
devices { id: "kid" display_name: "Ada's <phone>" macs: "02:00:5e:10:00:01" profile: "kids" }
always_reachable { helpline_countries: "DE" }
)";

struct Told {
    control::PortalFacts facts;
    std::string_view json;
};
constexpr Told told[] = {
    {{}, R"({"captive":true,"user-portal-url":"https://gate.example:5443/"})"},
    {{.captive = true, .remaining = 5s}, R"({"captive":true,"user-portal-url":"https://gate.example:5443/"})"},
    {{.captive = false, .remaining = {}}, R"({"captive":false,"user-portal-url":"https://gate.example:5443/"})"},
    {{.captive = false, .remaining = 3600s},
     R"({"captive":false,"user-portal-url":"https://gate.example:5443/","seconds-remaining":3600})"},
    {{.captive = false, .remaining = 0s},
     R"({"captive":false,"user-portal-url":"https://gate.example:5443/","seconds-remaining":0})"},
};

// What a device is told by RFC 8908, as it would be written on a note.
std::string access(House const& house, std::string_view who) {
    auto const facts = house.gate->portal(house.slot(who));
    if (facts.captive) return facts.remaining ? "captive, and yet something remains" : "captive";
    return facts.remaining ? fmt::format("{} s", facts.remaining->count()) : "open";
}

constexpr test::Test tests[] = {
    {"it says who, why, until when, whom to ask, and a helpline of the country",
     [] {
         House house{"2027-03-02T22:00:00Z", page_policy};
         house.board.contact = "mailto:mum@home.example";
         house.start();
         auto const page = control::page_html(house.gate->page(house.slot("kid"), "video.example"));
         test::contains(page, "<h1>The internet is off</h1>");
         test::contains(page, "Bedtime: off daily 21:00-07:00, until tomorrow 07:00.");
         test::contains(page, "Ada's &lt;phone&gt;");
         test::contains(page, "mailto:mum@home.example");
         test::contains(page, "nummergegenkummer.de");
         test::check(page.find("3114.fr") == std::string::npos, "not of another country");
     }},
    {"a blocked name is named with its rule; one that opened meanwhile says so",
     [] {
         House house{"2027-03-02T12:00:00Z", page_policy};
         house.start();
         auto const page = [&](std::string_view host) {
             return control::page_html(house.gate->page(house.slot("kid"), host));
         };
         test::contains(page("www.adult.example"), "<h1>www.adult.example is closed</h1>");
         test::contains(page("www.adult.example"), "The category adult is blocked for kids");
         test::contains(page("plain.example"), "This page should open now");
     }},
    {"who opens the gate itself is told what applies, and until when",
     [] {
         House house{"2027-03-02T12:00:00Z", page_policy};
         house.board.public_name = *content::dns::Name::from_text("gate.example");
         house.start();
         for (auto const* host : {"", "gate.example", "Gate.Example"}) {
             auto const facts = house.gate->page(house.slot("kid"), host);
             test::equal(facts.name, "", host);
             test::contains(control::page_html(facts), "<h1>The internet is open</h1>");
             test::contains(control::page_html(facts), "until 21:00.");
             test::contains(control::page_html(facts), "Ada's &lt;phone&gt;");
         }
     }},
    {"the captive portal document has the seconds of who has access only",
     [] {
         for (auto const& one : told)
             test::equal(control::portal_json(one.facts, "https://gate.example:5443/"), fmt::format("{}\n", one.json),
                         "document");
     }},
    {"a device's access ends when it is shut next, not when its mode changes",
     [] {
         struct Case {
             std::string_view at, kid, parent;
         };
         // LEARNING from 14:00 to 16:00, OFF from 21:00 to 07:00.
         for (auto const& c :
              {Case{"2027-03-02T12:00:00Z", "32400 s", "open"}, Case{"2027-03-02T14:00:00Z", "25200 s", "open"},
               Case{"2027-03-02T20:59:59Z", "1 s", "open"}, Case{"2027-03-02T21:00:00Z", "captive", "open"},
               Case{"2027-03-03T06:59:59Z", "captive", "open"}, Case{"2027-03-03T07:00:00Z", "50400 s", "open"}}) {
             House house{c.at};
             house.start();
             test::equal(access(house, "kid"), c.kid, c.at);
             test::equal(access(house, "parent"), c.parent, c.at);
             test::check(house.gate->portal(Slot{99}).captive && house.gate->portal({}).captive, "nobody knows it");
         }
     }},
    {"a person's word ends it or lets it go on",
     [] {
         House house{"2027-03-02T20:30:00Z"};
         house.start();
         house.give("kid", v1::OPEN, 2h);
         test::equal(access(house, "kid"), "7200 s", "bonus");
         house.give("parent", v1::OFF, 1h);
         test::equal(access(house, "parent"), "captive", "pause");
         house.give("parent", v1::OPEN, 10 * 24h);
         test::equal(access(house, "parent"), "open", "no end within a week");
     }},
    {"while the time isn't known nobody is told an end",
     [] {
         House house;
         house.board.untrusted_clock = policy::Mode::open;
         house.ledger.last_trusted = instant("2028-01-01T00:00:00Z");
         house.clock.set_synchronised(false);
         house.start();
         test::equal(access(house, "kid"), "open", "untrusted clock");
     }},
    {"without a policy everybody is captive",
     [] {
         House house{"2027-03-02T12:00:00Z", ""};
         house.start();
         test::check(house.gate->portal(Slot{1}).captive, "captive");
     }},
    {"what a request says can't become markup; a device nobody knows is told so",
     [] {
         House house{"2027-03-02T22:00:00Z", page_policy};
         house.start();
         auto const page = control::page_html(house.gate->page(Slot{99}, "<script>alert(1)</script>"));
         test::check(page.find("<script>") == std::string::npos, "escaped");
         test::contains(page, "Nobody has placed this device yet");
     }},
};

}  // namespace

int main() {
    return test::run("control/page", tests);
}
