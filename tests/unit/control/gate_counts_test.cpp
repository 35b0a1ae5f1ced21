// What is counted of a house: by whom, once, and as long as the policy says.
#include <fmt/format.h>

#include "dns_build.h"
#include "report_house.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using test::House;
using test::ReportHouse;

constexpr test::Test tests[] = {
    {"minutes of use are counted by device and once for the house, and little is no use",
     [] {
         ReportHouse house;
         house.settle();
         house.usage.uses = {{house.slot("kid"), control::octets_in_use},
                             {house.slot("parent"), control::octets_in_use * 3}};
         house.live(10min);
         house.usage.uses = {{house.slot("kid"), control::octets_in_use - 1}};
         house.live(10min);
         auto const figures = test::value(house.gate->report_figures("", ""));
         test::equal(figures.days_size(), 30, "days");
         auto const& today = figures.days(29);
         test::equal(today.date(), "2027-03-02", "today");
         test::equal(today.house().minutes(), 10U, "of the house");
         test::equal(figures.devices_size(), 2, "devices");
         test::equal(figures.devices(0).figures().minutes(), 10U, "of the kid's");
     }},
    {"words, proofs and ways around are counted for whom they are about, and kept as long as the policy says",
     [] {
         ReportHouse house{"keep_days: 14"};
         auto policy = test::policy_text(house.survey, "keep_days: 14");
         house.give("kids", v1::OFF, 1h);
         house.give("all", v1::OFF, 1h);
         auto const figures = test::value(house.gate->report_figures("2027-03-02", ""));
         test::equal(figures.days_size(), 1, "days");
         test::equal(figures.days(0).house().overrides(), 2U, "in the house");
         test::equal(figures.devices_size(), 0, "of devices minutes only: visibility says NOTHING");
         policy.insert(policy.find("id: \"kids\""), "visibility: CATEGORIES ");
         policy.insert(policy.find("id: \"parents\""), "visibility: DOMAINS ");
         test::write_file(house.board.policy_file, policy);
         house.gate->policy_file_changed();
         auto const shown = test::value(house.gate->report_figures("2027-03-02", ""));
         test::equal(shown.devices(0).device(), "kid", "first");
         test::equal(shown.devices(0).figures().overrides(), 2U, "about the kid");
         test::equal(shown.devices(1).figures().overrides(), 1U, "about the parent");
         auto const kept = house.ledger.counted;
         test::write_file(house.board.policy_file, test::policy_text(house.survey, "keep_days: 14"));
         house.gate->policy_file_changed();
         house.pass(13 * 24h);
         test::check(!house.ledger.counted.empty(), "kept for fourteen days");
         house.pass(24h);
         test::check(house.ledger.counted.empty(), "and then forgotten");
         house.ledger.counted = kept;
         house.give("all", v1::OFF, 1h);
         test::write_file(house.board.policy_file, std::string{test::home_policy} + "reports { keep_days: 0 }");
         house.gate->policy_file_changed();
         house.pass(2min);
         test::check(house.ledger.counted.empty(), "at once where nothing is to be kept, today's too");
     }},
    {"a way around the gate is counted, also where nobody is told of refusals",
     [] {
         std::string policy{test::home_policy};
         policy.insert(policy.find("id: \"kids\""), "content { bypass { block_vpn: true } } ");
         House house{"2027-03-02T12:00:00Z", policy};
         house.start();
         auto const vpn = house.front.view->judge(house.slot("kid"), test::dns_name("vpn.example")).category;
         for (int i = 0; i < 3; ++i) house.gate->name_refused(house.slot("kid"), vpn, "");
         house.gate->name_refused(house.slot("kid"), category_unremarkable, "");
         auto const figures = test::value(house.gate->report_figures("2027-03-02", ""));
         test::equal(figures.days(0).house().bypass_attempts(), 1U, "a minute's attempts");
         house.pass(1min);
         house.gate->name_refused(house.slot("kid"), vpn, "");
         test::equal(test::value(house.gate->report_figures("2027-03-02", "")).days(0).house().bypass_attempts(), 2U,
                     "and the next one's");
         test::check(house.told(v1::Event::NAME_REFUSED).empty(), "nobody is told");
     }},
    {"where nothing is kept nothing is counted, and nobody's kernel is asked",
     [] {
         House house;
         test::write_file(house.board.policy_file, std::string{test::home_policy} + "reports { keep_days: 0 }");
         house.start();
         house.usage.uses = {{house.slot("kid"), control::octets_in_use}};
         house.pass(1h);
         house.give("all", v1::OFF, 1h);
         test::equal(house.usage.asked, 0, "asked");
         test::check(house.ledger.counted.empty(), "nothing");
         test::equal(test::value(house.gate->report_figures("", "")).days_size(), 0, "days");
     }},
};

}  // namespace

int main() {
    return test::run("control/gate_counts", tests);
}
