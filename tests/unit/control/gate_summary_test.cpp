// A school's own summary: drawn once, kept, and silent about few.
#include <fmt/format.h>

#include "dns_build.h"
#include "house.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using test::House;

constexpr test::Test tests[] = {
    {"a school's summary is drawn once: the same question has the same answer, and small groups have none",
     [] {
         std::string policy{test::home_policy};
         for (int i = 0; i < 40; ++i)
             policy +=
                 fmt::format("devices {{ id: \"p{0}\" macs: \"02:00:5e:30:00:{0:02x}\" profile: \"kids\" }}\n", i);
         policy.insert(policy.find("id: \"kids\""), "content { bypass { block_vpn: true } } ");
         House house{"2027-03-02T12:00:00Z", policy};
         house.start();
         auto const vpn = house.front.view->judge(house.slot("kid"), test::dns_name("vpn.example")).category;
         for (int i = 0; i < 20; ++i) house.gate->name_refused(house.slot(fmt::format("p{}", i)), vpn, "");
         v1::MakeSummary asked;
         asked.set_from("2027-03-01");
         asked.set_to("2027-03-31");
         test::contains(test::value(house.gate->report_summary(asked)).warnings(0), "no whole week");
         house.pass(7 * 24h);
         auto const first = test::value(house.gate->report_summary(asked));
         test::check(first.tables_size() > 0, "tables");
         int shown = 0;
         for (auto const& table : first.tables()) {
             test::equal(table.week(), "2027-W09", "the week");
             if (table.group() == "parents") test::equal(table.withheld(), "few_people", table.table());
             shown += table.withheld().empty() ? 1 : 0;
         }
         test::check(shown > 0, "something is shown");
         auto const again = test::value(house.gate->report_summary(asked));
         test::equal(again.SerializeAsString(), first.SerializeAsString(), "the same");
         house.restart();
         test::equal(test::value(house.gate->report_summary(asked)).SerializeAsString(), first.SerializeAsString(),
                     "also after a restart");
         house.ledger.failure = Error{ErrorCode::system, "the disk is full"};
         asked.set_to("2027-03-14");
         house.pass(7 * 24h);
         test::check(!house.gate->report_summary(asked).ok(), "what can't be kept isn't told");
     }},
    {"a summary's dates are checked, and a week that is forgotten is said to be",
     [] {
         House house;
         house.start();
         v1::MakeSummary asked;
         test::contains(house.gate->report_summary(asked).error().message(), "say `from` and `to`");
         asked.set_from("2027-03-01");
         asked.set_to("nonsense");
         test::check(!house.gate->report_summary(asked).ok(), "no date");
         asked.set_to("2027-02-01");
         test::contains(house.gate->report_summary(asked).error().message(), "`to` is before `from`");
         asked.set_from("2020-01-01");
         test::contains(house.gate->report_summary(asked).error().message(), "60 weeks at most");
         asked.set_from("2027-01-04");
         asked.set_to("2027-01-10");
         test::contains(test::value(house.gate->report_summary(asked)).warnings(0), "2027-W01: nothing was counted");
     }},
};

}  // namespace

int main() {
    return test::run("control/gate_summary", tests);
}
