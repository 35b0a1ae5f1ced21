// Reporter: when answers are drawn and sent. What people are told of it stands in reporter_tell.cpp.
#include "reporter.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/whole_file.h"
#include "kindgate/v1/api.pb.h"
#include "policy/tables_file.h"
#include "report/samplers.h"
#include "report/task_limits.h"

namespace kindgate::control {

namespace {

using Kind = report::UploadVerdict::Kind;
using ledger::ReportRecord;
using ledger::ReportState;
using report::Week;
using std::chrono::seconds;

constexpr std::size_t largest_tables = 4U << 20U;
// What could not be sent for so long is of no use to anybody.
constexpr std::chrono::weeks longest_wait{4};
constexpr seconds first_pause{std::chrono::minutes{10}};
constexpr seconds longest_pause{std::chrono::hours{6}};
// No hour that was chosen for this calendar is later.
constexpr std::chrono::days latest_due{8};

policy::LoadedTables read_tables(std::filesystem::path const& file) {
    auto const text = read_file(file, largest_tables);
    if (text.ok()) return policy::load_tables(*text, file.string());
    return {std::nullopt, {{file.string(), 1, 1, text.error().message(), "install it again"}}};
}

std::set<std::string> blocked_categories(policy::Policy const& policy) {
    std::set<std::string> blocked;
    for (auto const& profile : policy.profiles) {
        blocked.insert(profile.content.block_categories.begin(), profile.content.block_categories.end());
        if (profile.content.block_vpn) blocked.emplace(policy::vpn_category);
        if (profile.content.block_encrypted_dns) blocked.emplace(policy::encrypted_dns_category);
    }
    return blocked;
}

}  // namespace

Reporter::Reporter(House house, ledger::ReportLedger& ledger, Web& web, report::RandomSource& random, EventHub& events)
    : house_(std::move(house)),
      ledger_(ledger),
      events_(events),
      random_(random),
      book_(ledger, random),
      web_(web),
      courier_(web_, {.keep = [this](ReportRecord const& record) { return keep(record); },
                      .renew = [this](ReportRecord& record, report::Task const& task) -> Result<void> {
                          book_.renew(record, KG_TRY(random_size(task)));
                          return keep(record);
                      },
                      .done = [this](ReportRecord record,
                                     report::UploadVerdict const& verdict) { arrived(std::move(record), verdict); }}) {}

Result<void> Reporter::start() {
    auto loaded = read_tables(house_.tables);
    tables_ = std::move(loaded.tables);
    for (auto const& error : loaded.errors) {
        if (!tables_error_.empty()) tables_error_ += '\n';
        tables_error_ += error.text();
    }
    return book_.load();
}

void Reporter::set_policy(std::shared_ptr<policy::Policy const> policy) {
    policy_ = std::move(policy);
    web_.set_relay(policy_ ? policy_->reports.relay : std::nullopt);
}

Reporter::Survey Reporter::survey_of(policy::ReportTask const& task) const {
    Survey survey{.task = &task, .table = tables_ ? tables_->find(task.table) : nullptr, .refused = {}};
    if (survey.table == nullptr) {
        survey.refused = tables_ ? fmt::format("{} has no table '{}'", house_.tables.string(), task.table)
                                 : "the file of the tables can't be read";
    } else if (auto const said = report::measurement(task.task.vdaf, 0, survey.table->buckets.size()); !said.ok()) {
        survey.refused = said.error().message();
    }
    return survey;
}

std::vector<Reporter::Survey> Reporter::surveys() const {
    std::vector<Survey> all;
    if (policy_)
        for (auto const& task : policy_->reports.tasks) all.push_back(survey_of(task));
    return all;
}

Result<void> Reporter::switch_to(bool on, std::string const& by, policy::Instant now, report::Day today) {
    if (on == book_.on()) return {};
    auto const switched = book_.switch_to({on, now, by}, Week::of(today));
    if (on && !switched.ok()) return switched.error();
    events_.tell(v1::Event::REPORTS_SWITCHED,
                 fmt::format("{} switched reports {}", by, on ? "on" : "off: what waits is withdrawn"));
    if (!switched.ok())
        return switched.error().within("off, but not written down: a restart would switch them on again");
    return {};
}

void Reporter::hurry(policy::Instant now) {
    hurried_ = true;
    for (auto record : std::vector{book_.records()}) {
        if (!ReportBook::waits(record) || record.due <= now) continue;
        record.due = now;
        if (auto const kept = book_.put(record); !kept.ok())
            tell_failed(record.table, record.week, kept.error().message());
    }
}

void Reporter::tick(Moment const& now, std::optional<report::Day> today) {
    now_ = now;
    may_send_ = today && policy_ && tables_ && book_.on();
    if (!may_send_) return;
    auto const running = Week::of(*today);
    if (book_.first_week() && *book_.first_week() < running) draw_week(running.before(), now.instant());
    send_due(now);
}

// Since it set out reports may have been switched off, or the time become unknown.
Result<void> Reporter::keep(ReportRecord const& record) {
    auto const* const kept = book_.find(record.task, record.week);
    if (kept == nullptr || !ReportBook::waits(*kept))
        return Error{ErrorCode::unavailable, "it was withdrawn before it left"};
    if (!may_send_) return Error{ErrorCode::unavailable, "the time isn't known any more"};
    return book_.put(record);
}

Result<report::HouseholdWeek> Reporter::measured(Week week) const {
    auto measured = week_of(KG_TRY(ledger_.house_counts(week.first(), week.last())));
    measured.categories_blocked = blocked_categories(*policy_).size();
    measured.version = house_.version;
    measured.board_family = house_.board_family;
    return measured;
}

void Reporter::draw_week(Week week, policy::Instant now) {
    for (auto const& survey : surveys()) {
        if (!survey.refused.empty()) continue;
        if (book_.answered(week, survey.table->id)) continue;
        if (!report::check_time(survey.task->task, week.report_time()).ok()) continue;
        // No failure: status says which are not answered.
        if (!book_.fits(week, *survey.table, policy_->reports.epsilon_thousandths)) continue;
        if (auto const drawn = draw(week, survey, now); !drawn.ok())
            tell_failed(survey.table->id, week, drawn.error().message());
    }
}

Result<void> Reporter::draw(Week week, Survey const& survey, policy::Instant now) {
    auto const truth = report::bucket_of(*survey.table, KG_TRY(measured(week)));
    return book_.draw(week, *survey.task, *survey.table, truth, policy_->reports.epsilon_thousandths,
                      random_hour(week, now), now);
}

// In what is left of the week after, and in an hour at least: no time may be the only one that is possible.
policy::Instant Reporter::random_hour(Week week, policy::Instant now) {
    return now + within(std::max(week.next().report_time() - now, seconds{std::chrono::hours{1}}));
}

// One at each tick: answers that could be linked by leaving together leave apart. All of them where a lab is in a
// hurry.
void Reporter::send_due(Moment const& now) {
    while (may_send_ && !courier_.busy()) {
        auto const next = std::ranges::find_if(book_.records(), [&](ReportRecord const& record) {
            return ReportBook::waits(record) &&
                   (record.due <= now.instant() || record.due > now.instant() + latest_due);
        });
        if (next == book_.records().end()) {
            hurried_ = false;
            return;
        }
        sending_ = true;
        if (auto const sent = set_out(*next, now); !sent.ok()) {
            may_send_ = false;  // until the next tick: nothing leaves whose try can't be written down
            tell_failed(next->table, next->week, sent.error().message());
        }
        sending_ = false;
        if (!hurried_) return;
    }
}

Result<void> Reporter::set_out(ReportRecord record, Moment const& now) {
    auto const at = now.instant();
    auto const all = surveys();
    auto const survey = std::ranges::find_if(all, [&](Survey const& one) { return one.task->id() == record.task; });
    bool const too_old = record.week.report_time() + longest_wait <= at;
    if (survey == all.end() || too_old) {
        arrived(record, {Kind::refused, too_old ? "it could not be sent for four weeks"
                                                : "the policy doesn't take part in it any more"});
        return {};
    }
    // Its hour went by while the gate was off, or is one of another calendar: all that wait would leave together.
    if (record.due + first_pause < at || record.due > at) {
        record.due = at + within(longest_pause);
        return book_.put(std::move(record));
    }
    // Before it leaves: whatever becomes of this try, the next one is later.
    auto const pause = std::min<seconds>(first_pause * (1U << std::min(record.tries, 6U)), longest_pause);
    ++record.tries;
    record.due = at + pause + within(pause);
    KG_TRY(book_.put(record));
    if (survey->refused.empty())
        courier_.take(std::move(record), survey->task->task, survey->table->buckets.size(), now.steady);
    else
        arrived(std::move(record), {Kind::later, survey->refused});
    return {};
}

seconds Reporter::within(seconds most) {
    return seconds{static_cast<std::int64_t>(report::uniform_below(static_cast<std::uint64_t>(most.count()), random_))};
}

void Reporter::arrived(ReportRecord record, report::UploadVerdict const& verdict) {
    auto const* const kept = book_.find(record.task, record.week);
    if (kept == nullptr || !now_) return;
    record = *kept;
    bool const withdrawn = !ReportBook::waits(record);
    record.note = verdict.note;
    if (verdict.kind == Kind::taken)
        record.state = ReportState::sent;
    else if (verdict.kind != Kind::later && !withdrawn)
        record.state = ReportState::failed;
    if (record.state != kept->state) record.changed = now_->instant();
    if (auto const put = book_.put(record); !put.ok())
        tell_failed(record.table, record.week, put.error().message());
    else if (verdict.kind == Kind::taken)
        events_.tell(v1::Event::REPORT_SENT,
                     fmt::format("the answer to '{}' of the week {} has arrived{}", record.table, record.week.name(),
                                 withdrawn ? ": it was on its way when reports were switched off" : ""));
    else if (!withdrawn)
        tell_failed(record.table, record.week, verdict.note);
    if (hurried_ && !sending_) send_due(*now_);
}

// The same is told once: a leader that is down for a week is one piece of news.
void Reporter::tell_failed(std::string const& table, Week week, std::string_view why) {
    auto text = fmt::format("the answer to '{}' of the week {} is not sent: {}", table, week.name(), why);
    if (text == std::exchange(told_[table], text)) return;
    events_.tell(v1::Event::REPORT_FAILED, std::move(text));
}

}  // namespace kindgate::control
