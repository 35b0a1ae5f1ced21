// What applies to a profile at a moment, and the moments at which that may change: one step after the other. Everything
// that decides, explains or plans takes these steps (decide.cpp, plan.cpp).
//
// A walk knows the windows of the dates around where it stands and takes in another date when it gets there. Nothing is
// copied on the way: a verdict points into the profile.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "policy/decide.h"
#include "zone_spans.h"

namespace kindgate::policy {

// A window on one date.
struct Occurrence {
    Interval when;
    Window const* window = nullptr;
    std::size_t rank = 0;  // place in the file: weekly windows, then those of each exception
};

// A profile's windows as they stand on each date: exceptions applied.
class Schedule {
public:
    // Borrows the profile.
    explicit Schedule(Profile const& profile);

    // There is no window at all.
    bool empty() const { return ranks_end_ == 0; }
    // Adds the windows that belong to the date.
    void add_date(date::local_days date, ZoneSpans& zone, std::vector<Occurrence>& to) const;

private:
    // The exception that applies on a date; one past the last: none.
    std::size_t exception_on(date::local_days date) const;

    Profile const* profile_;
    std::array<std::vector<std::size_t>, 7> weekly_;  // by c_encoding: indices of windows
    std::vector<std::size_t> first_ranks_;            // of each exception's windows
    std::size_t ranks_end_ = 0;
};

// A decision that borrows its reason.
struct Verdict {
    Mode mode = Mode::open;
    Reason const* because = nullptr;
    bool operator==(Verdict const& other) const {
        return mode == other.mode && (because == other.because || *because == *other.because);
    }
};

// It is about some moment from `at` on.
inline bool still_matters(Override const& given, Instant at) {
    return at < given.when.to && given.when.from < given.when.to;
}

// The hardware address that an override is about, if it is about one. No id has a colon.
std::optional<Mac> mac_named(std::string_view who);

class Walk {
public:
    // Borrows all of them; `overrides` name the subject and still matter.
    Walk(Schedule const& schedule, Profile const& profile, std::span<Override const* const> overrides, ZoneSpans& zone,
         Instant at);

    Instant at() const { return at_; }
    Verdict const& verdict() const { return verdict_; }
    // Windows that withhold categories, in the order of the file.
    std::vector<Occurrence> const& withholding() const { return withholding_; }
    // Nothing changes before this. Something may change then.
    Instant next() const { return next_; }
    // On to next(), which must not be `never`.
    void advance();

    static constexpr Instant never = Instant::max();

private:
    void take_in_dates();
    void settle();
    void settle_windows();
    bool settle_overrides();

    Schedule const* schedule_;
    Profile const* profile_;
    std::span<Override const* const> overrides_;
    ZoneSpans* zone_;
    Instant at_;
    Instant next_ = never;
    Instant ends_;                  // of all controls
    date::local_days unread_;       // the first date whose windows are not in `near_`
    std::vector<Occurrence> near_;  // not yet ended
    std::vector<Occurrence> withholding_;
    Verdict verdict_;
};

// The categories of these windows, each once.
std::vector<Withheld> categories_of(std::span<Occurrence const> withholding);

}  // namespace kindgate::policy
