#include "walk.h"

#include <algorithm>
#include <utility>

namespace kindgate::policy {

namespace {

// The text says who in general, not the name and not the end: neighbours of equal mode are one stretch.
Reason const& override_reason(Mode mode) {
    static Reason const open{"override", "A grown-up said: open"};
    static Reason const learning{"override", "A grown-up said: learning only"};
    static Reason const off{"override", "A grown-up said: off"};
    switch (mode) {
        case Mode::open: return open;
        case Mode::learning: return learning;
        case Mode::off: return off;
    }
    std::unreachable();
}

bool beats(Occurrence const& one, Occurrence const& other) {
    if (one.window->mode != other.window->mode) return one.window->mode > other.window->mode;
    return one.rank < other.rank;
}

// A window lasts into the next date, and where clocks go back over midnight it ends (or has begun) on a date that the
// clocks show again: two dates back and one ahead are enough.
constexpr date::days back{2};
constexpr date::days ahead{1};

}  // namespace

Schedule::Schedule(Profile const& profile) : profile_(&profile) {
    for (auto const& window : profile.windows) {
        for (unsigned day = 0; day < weekly_.size(); ++day)
            if (window.days.has(date::weekday{day})) weekly_.at(day).push_back(ranks_end_);
        ++ranks_end_;
    }
    for (auto const& exception : profile.exceptions) {
        first_ranks_.push_back(ranks_end_);
        ranks_end_ += exception.windows.size();
    }
}

std::size_t Schedule::exception_on(date::local_days date) const {
    auto const& all = profile_->exceptions;
    auto best = all.size();
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (date < all[i].first || all[i].last < date) continue;
        if (best == all.size() || all[i].last - all[i].first <= all[best].last - all[best].first) best = i;
    }
    return best;
}

void Schedule::add_date(date::local_days date, ZoneSpans& zone, std::vector<Occurrence>& to) const {
    auto const add = [&](Window const& window, std::size_t rank) {
        if (auto const when = zone.occurrence(date, window.from, window.to)) to.push_back({*when, &window, rank});
    };
    if (auto const found = exception_on(date); found < profile_->exceptions.size()) {
        auto rank = first_ranks_[found];
        for (auto const& window : profile_->exceptions[found].windows) add(window, rank++);
        return;
    }
    for (auto const index : weekly_.at(date::weekday{date}.c_encoding())) add(profile_->windows[index], index);
}

std::optional<Mac> mac_named(std::string_view who) {
    if (who.find(':') == std::string_view::npos) return std::nullopt;
    auto const mac = Mac::parse(who);
    if (!mac.ok()) return std::nullopt;
    return *mac;
}

Walk::Walk(Schedule const& schedule, Profile const& profile, std::span<Override const* const> overrides,
           ZoneSpans& zone, Instant at)
    : schedule_(&schedule),
      profile_(&profile),
      overrides_(overrides),
      zone_(&zone),
      at_(at),
      ends_(profile.ends_on ? zone.first_instant(*profile.ends_on) : never) {
    if (!schedule.empty()) {
        unread_ = zone.local_date(at) - back;
        take_in_dates();
    }
    settle();
}

void Walk::advance() {
    at_ = next_;
    std::erase_if(near_, [this](Occurrence const& occurrence) { return occurrence.when.to <= at_; });
    if (!schedule_->empty()) take_in_dates();
    settle();
}

void Walk::take_in_dates() {
    for (auto const until = zone_->local_date(at_) + ahead; unread_ <= until; unread_ += date::days{1})
        schedule_->add_date(unread_, *zone_, near_);
}

void Walk::settle() {
    next_ = ends_;
    verdict_ = {profile_->default_mode, &profile_->default_reason};
    withholding_.clear();
    if (at_ >= ends_) {
        next_ = never;
        verdict_ = {Mode::open, &profile_->ends_reason};
        return;
    }
    settle_windows();
    if (settle_overrides()) withholding_.clear();
}

void Walk::settle_windows() {
    // Where the dates that are known end, another step is due even if nothing changes there.
    if (!schedule_->empty()) next_ = std::min(next_, zone_->first_instant(unread_));
    Occurrence const* best = nullptr;
    for (auto const& occurrence : near_) {
        auto const& when = occurrence.when;
        if (at_ < when.to) next_ = std::min(next_, at_ < when.from ? when.from : when.to);
        if (!when.contains(at_)) continue;
        if (!occurrence.window->categories.empty())
            withholding_.push_back(occurrence);
        else if (best == nullptr || beats(occurrence, *best))
            best = &occurrence;
    }
    if (best != nullptr) verdict_ = {best->window->mode, &best->window->reason};
    std::ranges::stable_sort(withholding_, {}, &Occurrence::rank);
}

// True: one applies.
bool Walk::settle_overrides() {
    Override const* latest = nullptr;
    for (auto const* given : overrides_) {
        if (at_ < given->when.to) next_ = std::min(next_, at_ < given->when.from ? given->when.from : given->when.to);
        if (given->when.contains(at_) && (latest == nullptr || latest->id < given->id)) latest = given;
    }
    if (latest != nullptr) verdict_ = {latest->mode, &override_reason(latest->mode)};
    return latest != nullptr;
}

std::vector<Withheld> categories_of(std::span<Occurrence const> withholding) {
    std::vector<Withheld> all;
    for (auto const& occurrence : withholding)
        for (auto const& category : occurrence.window->categories)
            if (std::ranges::find(all, category, &Withheld::category) == all.end())
                all.push_back({category, occurrence.window->reason});
    return all;
}

}  // namespace kindgate::policy
