// The gate's page: what it says, and that nobody can make it say something else.
#include "page_text.h"

#include "dns_build.h"
#include "house.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using test::House;

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
