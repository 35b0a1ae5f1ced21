// A house's part in a survey: when an answer is drawn and sent, and that no second one ever is.
#include <fmt/format.h>

#include <set>

#include "report/ohttp.h"
#include "report_house.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using ledger::ReportState;
using test::ReportHouse;
using test::Survey;

constexpr auto end_of_week = "2027-03-08T00:10:00Z";
constexpr auto end_of_next = "2027-03-15T00:10:00Z";

constexpr test::Test tests[] = {
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
         std::set<std::uint64_t> times;
         for (auto const& upload : house.survey.uploads)
             test::check(times.insert(test::value(report::Report::decode(upload)).metadata.time).second,
                         "each week arrives once");
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
         test::equal(house.record().week.name(), "2027-W10", "only the week in which it began");
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
    {"when the time becomes unknown while one is under way, neither it nor the next one leaves",
     [] {
         Survey other;
         other.task.info = {'o'};
         other.task.vdaf = report::VdafConfig::of({.type = report::VdafType::count});
         ReportHouse house{fmt::format(
             "tasks {{ table: \"proofs-shown\" leader: \"Town\" helper: \"University\" configuration: \"{}\" }}",
             other.configuration())};
         house.switch_on();
         house.live_until(end_of_week);
         test::equal(house.ledger.reports.records.size(), 2U, "both are drawn");
         test::value(house.gate->send_reports(house.caller));
         test::check(house.web.waits(), "one is under way");
         house.clock.set_synchronised(false);
         house.clock.jump(-365 * 24h);
         house.gate->clock_changed();
         house.web.answer_all();
         test::check(house.survey.uploads.empty() && other.uploads.empty(), "nothing left");
         for (auto const& record : house.ledger.reports.records)
             test::check(record.state == ReportState::drawn, "both wait");
     }},
    {"another task of the same question gets no second draw of a week, and status says so",
     [] {
         ReportHouse house;
         house.switch_on();
         house.live_until("2027-03-09T12:00:00Z");
         house.survey.task.info = {'n', 'e', 'w'};
         test::write_file(house.board.policy_file, test::policy_text(house.survey));
         house.gate->policy_file_changed();
         house.live(2min);
         test::equal(house.ledger.reports.records.size(), 1U, "no second answer");
         test::contains(house.gate->report_status().warnings(0),
                        "not answered for 2027-W09: another task had this question's answer");
     }},
    {"more than the policy's budget is not answered, and status says so",
     [] {
         ReportHouse house{"epsilon: \"0.9\""};
         house.switch_on();
         house.live_until(end_of_next);
         test::check(house.ledger.reports.records.empty() && house.web.asked.empty(), "nothing");
         auto const status = house.gate->report_status();
         test::equal(status.warnings_size(), 2, "warnings");
         test::contains(status.warnings(0), "not answered for 2027-W10: the week's budget is used up");
         test::contains(status.warnings(1), "would tell 1 a week and the budget is 0.9");
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
         test::write_file(house.board.policy_file, test::policy_text(house.survey, relay));
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
    {"on is about the running week and later ones, whenever it is said: nobody agreed to more",
     [] {
         ReportHouse house;
         house.live_until("2027-03-10T12:00:00Z");
         house.switch_on();
         house.live_until("2027-03-14T23:00:00Z");
         test::check(house.ledger.reports.records.empty(), "nothing of the week before");
         house.live_until(end_of_next);
         test::equal(house.record().week.name(), "2027-W10", "of the week in which it was said");
     }},
    {"on waits for a time source: a clock that stood would have last week's answers drawn again",
     [] {
         ReportHouse house;
         house.board.lab_clock = false;
         house.clock.set_synchronised(false);
         house.restart();
         auto const refused = house.gate->switch_reports(true, house.caller);
         test::check(!refused.ok() && refused.error().code() == ErrorCode::unavailable, "refused");
         test::contains(refused.error().message(), "no time source");
         house.clock.set_synchronised(true);
         house.switch_on();
         auto const since = house.gate->report_status().switched();
         house.live(1h);
         house.switch_on();
         test::equal(house.gate->report_status().switched(), since, "said twice it is one word");
     }},
    {"on a full disk nothing that is sealed leaves either, and off is off",
     [] {
         ReportHouse house;
         house.survey.reply = Error{ErrorCode::unavailable, "down"};
         house.switch_on();
         house.live_until("2027-03-14T23:50:00Z");
         test::check(house.record().state == ReportState::sealed, "sealed");
         house.ledger.failure = Error{ErrorCode::system, "the disk is full"};
         auto const before = house.survey.uploads.size();
         house.live(8h);
         test::equal(house.survey.uploads.size(), before, "no try that can't be written down");
         auto const off = house.gate->switch_reports(false, house.caller);
         test::contains(off.error().message(), "off, but not written down");
         test::check(!house.gate->report_status().on(), "off all the same");
         test::equal(house.gate->report_status().records(0).state(), "withdrawn", "and withdrawn");
         house.ledger.failure.reset();
         house.live(8h);
         test::equal(house.survey.uploads.size(), before, "nothing leaves");
     }},
    {"an hour that went by while the gate was off is another one then: what waited doesn't leave together",
     [] {
         ReportHouse house;
         house.switch_on();
         house.live_until(end_of_week);
         auto const due = house.record().due;
         house.clock.advance(due + 3h - house.clock.now().instant());
         house.live(2min);
         test::check(house.web.asked.empty() && house.record().due > due + 3h, "not at once");
         house.live(6h);
         test::check(house.ledger.reports.records.front().state == ReportState::sent, "but within hours");
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
