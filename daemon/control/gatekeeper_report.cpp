// Gatekeeper: what is counted of the house, and its part in statistics.
#include <spdlog/spdlog.h>

#include <algorithm>

#include <fmt/format.h>

#include "gatekeeper.h"
#include "kindgate/v1/api.pb.h"
#include "policy/calendar.h"

namespace kindgate::control {

namespace {

using ledger::Counted;

constexpr std::chrono::minutes use_interval{1};

void add(ledger::DayCount const& one, v1::Figures& figures) {
    switch (one.what) {
        case Counted::minutes: return figures.set_minutes(figures.minutes() + one.number);
        case Counted::overrides: return figures.set_overrides(figures.overrides() + one.number);
        case Counted::proofs: return figures.set_proofs(figures.proofs() + one.number);
        case Counted::bypass_attempts: return figures.set_bypass_attempts(figures.bypass_attempts() + one.number);
    }
}

Result<report::Day> day_of(std::string_view text, policy::Policy const& policy) {
    auto const at = KG_TRY(policy::parse_instant_or_date(text, *policy.zone, policy::Edge::start));
    return report::Day{policy::local_date(*policy.zone, at).time_since_epoch()};
}

}  // namespace

std::optional<report::Day> Gatekeeper::today_if_known() const {
    return trusted_ && store_.policy() ? std::optional{today()} : std::nullopt;
}

void Gatekeeper::tick_minute(Moment const& at) {
    if (at.steady < next_minute_) return;
    next_minute_ = at.steady + use_interval;
    auto const today = today_if_known();
    if (today && counts_.counting()) {
        if (auto const asked = parts_.usage.ask(); !asked.ok())
            spdlog::warn("minutes of use are not counted: {}", asked.error().message());
    }
    if (today && counts_forgotten_ != *today && counts_.forget(*today)) counts_forgotten_ = *today;
    reporter_.tick(at, today);
}

void Gatekeeper::used(std::vector<kernel::SlotUse> const& uses) {
    if (auto const today = today_if_known()) counts_.minute(uses, devices_, *today);
}

void Gatekeeper::count(Counted what, std::span<std::string const> devices) {
    if (auto const today = today_if_known()) counts_.count(what, devices, *today);
}

void Gatekeeper::attempted(std::string const& device) {
    if (auto const today = today_if_known()) counts_.attempt(device, parts_.clock.now().steady, *today);
}

std::vector<std::string> Gatekeeper::devices_of(std::string_view who) const {
    std::vector<std::string> ids;
    auto const profile = store_.policy()->find_profile(who);
    auto const* const device = devices_.find(who);
    for (auto const& [id, one] : devices_.all())
        if (who == "all" || (profile && one.profile == profile) || &one == device) ids.push_back(id);
    return ids;
}

v1::ReportStatus Gatekeeper::report_status() {
    return reporter_.status(today_if_known());
}

v1::ReportPreview Gatekeeper::report_preview() {
    return reporter_.preview(today_if_known());
}

Result<v1::ReportStatus> Gatekeeper::switch_reports(bool on, Caller const& caller) {
    if (!trusted_)
        return Error{ErrorCode::unavailable,
                     "the gate doesn't know the time yet: try again when a time source was heard"};
    // Without a time source a clock may have stood since last week: its answers might be drawn again.
    if (on && !parts_.clock.synchronised() && !board_.lab_clock)
        return Error{ErrorCode::unavailable, "no time source was heard yet: try again when one was (timedatectl)"};
    if (!store_.policy()) return no_policy();
    KG_TRY(reporter_.switch_to(on, caller.user, now(), today()));
    reporter_.tick(parts_.clock.now(), today_if_known());
    return report_status();
}

Result<v1::ReportFigures> Gatekeeper::report_figures(std::string_view from, std::string_view to) {
    if (!store_.policy()) return no_policy();
    auto const keep = store_.policy()->reports.keep;
    v1::ReportFigures answer;
    answer.set_keep_days(static_cast<std::uint32_t>(keep.count()));
    auto const oldest = today() - keep + std::chrono::days{1};
    auto const first = std::max(from.empty() ? oldest : KG_TRY(day_of(from, *store_.policy())), oldest);
    auto const last = std::min(to.empty() ? today() : KG_TRY(day_of(to, *store_.policy())), today());
    if (!from.empty() && !to.empty() && last < first)
        return Error{ErrorCode::invalid_input, "no day that is kept lies between these dates: write a later `to`"};
    auto const house = KG_TRY(parts_.ledger.house_counts(first, last));
    auto next = house.begin();
    for (auto date = first; date <= last; ++date) {
        auto& told = *answer.add_days();
        told.set_date(report::date_text(date));
        told.mutable_house();
        for (; next != house.end() && next->day == date; ++next) add(*next, *told.mutable_house());
    }
    v1::DeviceFigures* device = nullptr;
    for (auto const& one : KG_TRY(parts_.ledger.device_counts(first, last))) {
        auto const* const known = devices_.find(one.device);
        bool const all_of_it = known != nullptr && known->profile &&
                               store_.policy()->profiles[*known->profile].visibility != policy::Visibility::nothing;
        if (!all_of_it && one.what != Counted::minutes) continue;
        if (device == nullptr || device->device() != one.device) {
            device = answer.add_devices();
            device->set_device(one.device);
            device->set_display_name(known != nullptr ? display_name(*known) : one.device);
        }
        add(one, *device->mutable_figures());
    }
    return answer;
}

Result<v1::ReportSummary> Gatekeeper::report_summary(v1::MakeSummary const& request) {
    if (!store_.policy()) return no_policy();
    if (!trusted_)
        return Error{ErrorCode::unavailable,
                     "the gate doesn't know the time yet, so it can't tell which weeks are over: try again later"};
    if (!reporter_.tables())
        return Error{ErrorCode::unavailable, "the file of the tables can't be read: `kindgate report status` says why"};
    auto const& policy = *store_.policy();
    for (auto const* const text : {&request.from(), &request.to()})
        if (text->empty()) return Error{ErrorCode::invalid_input, "say `from` and `to`, dates like \"2026-11-02\""};
    return summary_.make({.first = KG_TRY(day_of(request.from(), policy)),
                          .last = KG_TRY(day_of(request.to(), policy)),
                          .today = today(),
                          .kept_from = today() - policy.reports.keep + std::chrono::days{1}},
                         policy, *reporter_.tables(), devices_);
}

Result<v1::ReportStatus> Gatekeeper::send_reports(Caller const& caller) {
    if (!board_.lab_clock)
        return Error{ErrorCode::forbidden,
                     "answers leave at a random hour of the week, so that nobody learns anything from the time; only a "
                     "lab board sends at once (lab_clock in the board file)"};
    if (!reporter_.on()) return Error{ErrorCode::conflict, "reports are off: nothing is sent (`kindgate report on`)"};
    spdlog::info("{} has the waiting answers sent", caller.user);
    auto const at = parts_.clock.now();
    reporter_.tick(at, today_if_known());
    reporter_.hurry(at.instant());
    reporter_.tick(at, today_if_known());
    return report_status();
}

}  // namespace kindgate::control
