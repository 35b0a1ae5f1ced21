// A house that takes part in a survey.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "house.h"
#include "house_counts.h"
#include "survey.h"

namespace kindgate::test {

// Tuesday, 2027-03-02; the first week that can be reported is the running one, 2027-W09.
std::string policy_text(Survey const& survey, std::string_view more = "") {
    return fmt::format(R"({}
reports {{
  aggregators {{ name: "Town" url: "https://leader.example/" }}
  aggregators {{ name: "University" url: "https://helper.example/" }}
  tasks {{ table: "screen-time" leader: "Town" helper: "University" configuration: "{}" }}
  {}
}}
)",
                       home_policy, survey.configuration(), more);
}

class ReportHouse : public House {
public:
    explicit ReportHouse(std::string_view more = "") : House("2027-03-02T12:00:00Z") {
        web.answer = [this](HttpRequest const& request) { return survey.answer(request); };
        write_file(board.policy_file, policy_text(survey, more));
        start();
    }
    // Time passes, and who is asked answers.
    void live(std::chrono::nanoseconds time) {
        for (auto left = time; left > 0ns; left -= std::min<std::chrono::nanoseconds>(left, 5min)) {
            pass(std::min<std::chrono::nanoseconds>(left, 5min));
            web.answer_all();
        }
    }
    void live_until(std::string_view at) { live(instant(at) - clock.now().calendar); }
    void switch_on() { value(gate->switch_reports(true, caller)); }
    ledger::ReportRecord const& record() const {
        equal(ledger.reports.records.size(), 1U, "records");
        return ledger.reports.records.front();
    }
    void use(std::string_view who, int minutes) {
        usage.uses = {{slot(who), control::octets_in_use}};
        live(std::chrono::minutes{minutes});
        usage.uses.clear();
    }

    Survey survey;
};

}  // namespace kindgate::test
