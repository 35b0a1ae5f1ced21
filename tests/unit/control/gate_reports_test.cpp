// Statistics of a house: what is counted, when an answer is drawn and sent, and that no second one ever is.
#include <fmt/format.h>

#include <set>

#include "dns_build.h"
#include "house.h"
#include "report/ohttp.h"
#include "survey.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using ledger::ReportState;
using test::House;
using test::Survey;

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
                       test::home_policy, survey.configuration(), more);
}

class ReportHouse : public House {
public:
    explicit ReportHouse(std::string_view more = "") : House("2027-03-02T12:00:00Z") {
        web.answer = [this](HttpRequest const& request) { return survey.answer(request); };
        test::write_file(board.policy_file, policy_text(survey, more));
        start();
    }
    // Time passes, and who is asked answers.
    void live(std::chrono::nanoseconds time) {
        for (auto left = time; left > 0ns; left -= std::min<std::chrono::nanoseconds>(left, 5min)) {
            pass(std::min<std::chrono::nanoseconds>(left, 5min));
            web.answer_all();
        }
    }
    void live_until(std::string_view at) { live(test::instant(at) - clock.now().calendar); }
    void switch_on() { test::value(gate->switch_reports(true, caller)); }
    ledger::ReportRecord const& record() const {
        test::equal(ledger.reports.records.size(), 1U, "records");
        return ledger.reports.records.front();
    }
    void use(std::string_view who, int minutes) {
        usage.uses = {{slot(who), control::octets_in_use}};
        live(std::chrono::minutes{minutes});
        usage.uses.clear();
    }

    Survey survey;
};

constexpr auto end_of_week = "2027-03-08T00:10:00Z";
constexpr auto end_of_next = "2027-03-15T00:10:00Z";

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
         house.give("kids", v1::OFF, 1h);
         house.give("all", v1::OFF, 1h);
         auto const figures = test::value(house.gate->report_figures("2027-03-02", ""));
         test::equal(figures.days_size(), 1, "days");
         test::equal(figures.days(0).house().overrides(), 2U, "in the house");
         test::equal(figures.devices(0).device(), "kid", "first");
         test::equal(figures.devices(0).figures().overrides(), 2U, "about the kid");
         test::equal(figures.devices(1).figures().overrides(), 1U, "about the parent");
         house.pass(13 * 24h);
         test::check(!house.ledger.counted.empty(), "kept for fourteen days");
         house.pass(24h);
         test::check(house.ledger.counted.empty(), "and then forgotten");
     }},
    {"a way around the gate is counted, also where nobody is told of refusals",
     [] {
         std::string policy{test::home_policy};
         policy.insert(policy.find("id: \"kids\""), "content { bypass { block_vpn: true } } ");
         House house{"2027-03-02T12:00:00Z", policy};
         house.start();
         auto const vpn = house.front.view->judge(house.slot("kid"), test::dns_name("vpn.example")).category;
         house.gate->name_refused(house.slot("kid"), vpn, "");
         house.gate->name_refused(house.slot("kid"), category_unremarkable, "");
         auto const figures = test::value(house.gate->report_figures("2027-03-02", ""));
         test::equal(figures.days(0).house().bypass_attempts(), 1U, "attempts");
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
    {"until a grown-up switches it on nothing is drawn and nobody outside is asked anything",
     [] {
         ReportHouse house;
         house.live_until(end_of_next);
         test::check(house.web.asked.empty() && house.ledger.reports.records.empty(), "nothing");
         test::check(!house.gate->page(house.slot("kid"), "").reports, "the page doesn't say so");
         auto const preview = house.gate->report_preview();
         test::check(!preview.on() && preview.answers_size() == 1, "but it can be looked at");
         test::equal(preview.answers(0).state(), "example", "state");
         test::check(!preview.answers(0).leader_share().empty() && preview.answers(0).upload().empty(), "its bytes");
         test::check(house.ledger.reports.records.empty(), "and looking draws nothing that counts");
     }},
    {"the week's answer is drawn on Monday, waits for a random hour, is seen before it goes, and arrives",
     [] {
         ReportHouse house;
         house.switch_on();
         test::check(house.gate->page(house.slot("kid"), "").reports, "the page says so");
         house.use("kid", 90);
         house.live_until("2027-03-07T23:59:00Z");
         test::check(house.ledger.reports.records.empty(), "the week runs");
         house.live_until(end_of_week);
         auto const drawn = house.record();
         test::check(drawn.state == ReportState::drawn, "drawn");
         test::equal(drawn.week.name(), "2027-W09", "week");
         test::check(drawn.due >= test::instant("2027-03-08T00:00:00Z") && drawn.due < test::instant(end_of_next),
                     "its hour is in the week after");
         test::check(house.web.asked.empty(), "nobody was asked");
         auto const preview = house.gate->report_preview();
         auto const& seen = preview.answers(0);
         test::equal(seen.truth(), "up to an hour", "90 minutes in a week");
         test::equal(seen.state(), "drawn", "state");
         test::equal(seen.leader(), "Town", "leader");
         test::check(!seen.answer().empty(), "the answer");

         house.live_until(end_of_next);
         test::check(house.ledger.reports.records.front().state == ReportState::sent, "sent");
         test::equal(house.survey.uploads.size(), 1U, "uploads");
         auto const said = house.survey.said(house.survey.uploads.front());
         test::equal(seen.choices(static_cast<int>(said)), seen.answer(), "as it was shown");
         auto const sent = test::value(report::Report::decode(house.survey.uploads.front()));
         test::equal(hex(sent.metadata.id), seen.report_id(), "its id, too");
         test::equal(hex(sent.public_share), seen.public_share(), "and its bytes");
         test::equal(house.told(v1::Event::REPORT_SENT).size(), 1U, "told");
         test::check(house.ledger.reports.records.front().random.empty(), "what it was drawn with is forgotten");
     }},
    {"a report goes also when nobody was at home: silence would tell",
     [] {
         ReportHouse house;
         house.switch_on();
         house.live_until(end_of_next);
         test::equal(house.survey.uploads.size(), 1U, "uploads");
     }},
    {"what can't be sent is tried again, and it is the same report each time",
     [] {
         ReportHouse house;
         house.survey.reply = Error{ErrorCode::unavailable, "the leader doesn't answer"};
         house.switch_on();
         house.live_until(end_of_next);
         test::check(house.survey.uploads.size() >= 2, "tried again");
         for (auto const& upload : house.survey.uploads)
             test::check(upload == house.survey.uploads.front(), "the same octets");
         test::contains(house.last_told(v1::Event::REPORT_FAILED), "doesn't answer");
         test::equal(house.told(v1::Event::REPORT_FAILED).size(), 1U, "told once");
         house.survey.reply.reset();
         house.live(7h);
         test::check(house.ledger.reports.records.front().state == ReportState::sent, "sent at last");
     }},
    {"answers that make no sense are no answers: the same report again",
     [] {
         for (auto const& nonsense :
              {HttpReply{200, {{"Content-Type", "text/html"}}, {'h', 'i'}}, HttpReply{500},
               HttpReply{404, {}, {1, 2, 3}},
               HttpReply{200, {{"Content-Type", "application/ppm-dap;message=upload-errors"}}, {7}}}) {
             ReportHouse house;
             house.survey.reply = nonsense;
             house.switch_on();
             house.live_until(end_of_next);
             auto const& kept = house.ledger.reports.records.front();
             test::check(kept.state == ReportState::sealed, "it waits");
             test::check(house.survey.uploads.back() == kept.message, "unchanged");
         }
     }},
    {"for other keys of the aggregators it is sealed anew, once, and says the same",
     [] {
         ReportHouse house;
         house.switch_on();
         house.live_until(end_of_week);
         auto const drawn = house.gate->report_preview().answers(0).answer();
         house.survey.refusals = {report::ReportError::outdated_config};
         house.live_until(end_of_next);
         test::equal(house.survey.uploads.size(), 2U, "uploads");
         auto const first = test::value(report::Report::decode(house.survey.uploads[0])).metadata.id;
         auto const second = test::value(report::Report::decode(house.survey.uploads[1])).metadata.id;
         test::check(first != second, "another report");
         auto const choices = house.gate->report_preview().answers(0).choices();
         for (auto const& upload : house.survey.uploads)
             test::equal(choices.Get(static_cast<int>(house.survey.said(upload))), drawn, "the same answer");
         test::check(house.ledger.reports.records.front().state == ReportState::sent, "sent");
     }},
    {"not twice: then it has failed",
     [] {
         ReportHouse house;
         house.switch_on();
         house.survey.refusals = {report::ReportError::outdated_config, report::ReportError::outdated_config,
                                  report::ReportError::outdated_config};
         house.live_until(end_of_next);
         test::equal(house.survey.uploads.size(), 2U, "uploads");
         test::check(house.ledger.reports.records.front().state == ReportState::failed, "failed");
         test::contains(house.ledger.reports.records.front().note, "outdated_config");
     }},
    {"a report that the leader has already is sent; one that it refuses is given up",
     [] {
         for (auto const& [error, state] : {std::pair{report::ReportError::report_replayed, ReportState::sent},
                                            {report::ReportError::batch_collected, ReportState::failed},
                                            {report::ReportError::hpke_decrypt_error, ReportState::failed}}) {
             ReportHouse house;
             house.switch_on();
             house.survey.refusals = {error};
             house.live_until(end_of_next);
             test::check(house.ledger.reports.records.front().state == state, text(error));
             test::equal(house.survey.uploads.size(), 1U, "uploads");
         }
     }},
    {"a power cut before it was sent: the same report goes when power is back",
     [] {
         ReportHouse house;
         house.survey.reply = Error{ErrorCode::unavailable, "cut"};
         house.switch_on();
         house.live_until("2027-03-14T23:00:00Z");
         auto const before = house.survey.uploads;
         test::check(!before.empty(), "it left at least once");
         house.web.forget();
         house.restart();
         house.survey.reply.reset();
         house.live(8h);
         test::check(house.survey.uploads.back() == before.front(), "the same octets");
         test::check(house.ledger.reports.records.front().state == ReportState::sent, "sent");
     }},
    {"a power cut between the debit and the draw: this week has no answer, and the budget is spent",
     [] {
         ReportHouse house;
         house.switch_on();
         house.live_until("2027-03-07T23:00:00Z");
         house.ledger.fails_after_debits = 0;
         house.live_until(end_of_week);
         house.ledger.failure.reset();
         house.restart();
         house.live_until(end_of_next);
         test::check(house.ledger.reports.records.front().state == ReportState::debited, "debited");
         test::equal(house.ledger.reports.records.front().week.name(), "2027-W09", "its week");
         test::check(house.survey.uploads.empty(), "never sent");
         test::equal(house.gate->report_status().records(1).state(), "lost", "and said so");
     }},
    {"a disk that is full sends nothing and says so; afterwards everything goes on",
     [] {
         ReportHouse house;
         house.switch_on();
         house.live_until("2027-03-07T23:00:00Z");
         house.ledger.failure = Error{ErrorCode::system, "the disk is full"};
         house.live_until("2027-03-08T06:00:00Z");
         test::check(house.web.asked.empty(), "nobody is asked");
         test::contains(house.last_told(v1::Event::REPORT_FAILED), "the disk is full");
         house.ledger.failure.reset();
         house.live_until(end_of_next);
         test::equal(house.survey.uploads.size(), 1U, "uploads");
     }},
    {"while the time isn't known nothing is counted, drawn or sent",
     [] {
         ReportHouse house;
         house.switch_on();
         house.live_until("2027-03-07T23:00:00Z");
         house.clock.set_synchronised(false);
         house.clock.jump(-365 * 24h);
         house.gate->clock_changed();
         house.use("kid", 10);
         house.live(14 * 24h);
         test::check(house.web.asked.empty() && house.ledger.reports.records.empty(), "nothing");
         test::check(house.ledger.counted.empty(), "nothing is counted");
         test::check(!house.gate->switch_reports(true, house.caller).ok(), "nor switched");
     }},
    {"a clock that jumps ahead and back has each week answered once",
     [] {
         ReportHouse house;
         house.switch_on();
         house.live_until(end_of_next);
         auto const week = house.ledger.reports.records.size();
         house.clock.jump(7 * 24h);
         house.gate->clock_changed();
         house.live(10min);
         house.clock.jump(-14 * 24h);
         house.gate->clock_changed();
         house.live(21 * 24h);
         std::set<std::int64_t> weeks;
         for (auto const& record : house.ledger.reports.records)
             test::check(weeks.insert(record.week.number).second, "each week once");
         test::check(weeks.size() > week, "and later ones too");
     }},
    {"a ledger that was lost doesn't know what was told of the weeks before: they are not told again",
     [] {
         ReportHouse house;
         house.switch_on();
         house.live_until("2027-03-09T12:00:00Z");
         house.ledger = test::FakeLedger{};
         house.restart();
         house.switch_on();
         house.survey.uploads.clear();
         house.live_until(end_of_next);
         for (auto const& record : house.ledger.reports.records)
             test::equal(record.week.name(), "2027-W10", "only the week in which it began");
     }},
    {"where nothing can be kept, reports can't be switched on",
     [] {
         ReportHouse house;
         house.ledger.is_durable = false;
         auto const refused = house.gate->switch_reports(true, house.caller);
         test::check(!refused.ok(), "refused");
         test::contains(refused.error().message(), "mend the state folder");
     }},
    {"off withdraws what waits, and on again draws nothing for the same week",
     [] {
         ReportHouse house;
         house.survey.reply = Error{ErrorCode::unavailable, "down"};
         house.switch_on();
         house.live_until(end_of_week);
         test::value(house.gate->switch_reports(false, house.caller));
         test::check(house.record().state == ReportState::withdrawn, "withdrawn");
         test::contains(house.last_told(v1::Event::REPORTS_SWITCHED), "mum switched reports off");
         house.survey.reply.reset();
         house.switch_on();
         house.live_until("2027-03-14T23:00:00Z");
         test::check(house.record().state == ReportState::withdrawn, "and stays so");
         test::check(house.survey.uploads.empty(), "nothing left");
     }},
    {"what is switched off on its way to the aggregators' keys doesn't leave",
     [] {
         ReportHouse house;
         house.switch_on();
         house.live_until(end_of_week);
         test::value(house.gate->send_reports(house.caller));
         test::check(house.web.waits(), "the keys are asked for");
         test::value(house.gate->switch_reports(false, house.caller));
         house.web.answer_all();
         test::check(house.survey.uploads.empty(), "nothing left");
         test::check(house.record().state == ReportState::withdrawn, "and it stays withdrawn");
     }},
    {"more than the policy's budget is not answered, and status says so",
     [] {
         ReportHouse house{"epsilon: \"0.9\""};
         house.switch_on();
         house.live_until(end_of_next);
         test::check(house.ledger.reports.records.empty() && house.web.asked.empty(), "nothing");
         test::contains(house.gate->report_status().warnings(0), "would tell 1 a week and the budget is 0.9");
     }},
    {"a survey that is taken out of the policy gets nothing any more",
     [] {
         ReportHouse house;
         house.switch_on();
         house.live_until(end_of_week);
         test::write_file(house.board.policy_file, test::home_policy);
         house.gate->policy_file_changed();
         house.live_until(end_of_next);
         test::check(house.ledger.reports.records.front().state == ReportState::failed, "given up");
         test::check(house.web.asked.empty(), "nobody was asked");
     }},
    {"through a relay nobody learns both who asks and what",
     [] {
         ReportHouse house;
         Survey::Server gateway{9};
         auto keys = base64url(report::encode_ohttp_keys({&gateway.config, 1}));
         std::ranges::replace(keys, '-', '+');
         std::ranges::replace(keys, '_', '/');
         auto const relay = fmt::format("relay {{ url: \"https://relay.example/\" keys: \"{}\" }}", keys);
         test::write_file(house.board.policy_file, policy_text(house.survey, relay));
         house.gate->policy_file_changed();
         test::equal(house.gate->report_status().relay(), "https://relay.example/", "status says so");
         bool garbage = true;
         house.web.answer = [&](HttpRequest const& request) -> Result<HttpReply> {
             test::equal(request.url, "https://relay.example/", "whom it asks");
             if (garbage) return HttpReply{200, {{"Content-Type", "message/ohttp-res"}}, Bytes(100)};
             auto const opened = test::value(report::open_request({&gateway.config, 1}, gateway.key, request.body));
             auto const inner = test::value(house.survey.answer(opened.request));
             return HttpReply{200,
                              {{"Content-Type", "message/ohttp-res"}},
                              test::value(report::seal_reply(opened.state, inner, house.random))};
         };
         house.switch_on();
         house.live_until("2027-03-14T23:59:00Z");
         test::check(house.survey.uploads.empty(), "an answer of the relay's own is none");
         garbage = false;
         house.live(8h);
         test::equal(house.survey.uploads.size(), 1U, "uploads");
         test::check(house.ledger.reports.records.front().state == ReportState::sent, "sent");
     }},
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
    {"only a lab's gate sends at once",
     [] {
         ReportHouse house;
         house.switch_on();
         house.live_until(end_of_week);
         test::value(house.gate->send_reports(house.caller));
         house.web.answer_all();
         test::equal(house.survey.uploads.size(), 1U, "uploads");
         house.board.lab_clock = false;
         house.restart();
         auto const refused = house.gate->send_reports(house.caller);
         test::check(!refused.ok() && refused.error().code() == ErrorCode::forbidden, "elsewhere not");
     }},
};

}  // namespace

int main() {
    return test::run("control/gate_reports", tests);
}
