// Random policies around moments at which clocks do something unusual. A case is made of its seed alone; a failing test
// names the seed, and KINDGATE_SEED=… runs that case first.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "build.h"

namespace kindgate::policy::random_policy {

struct Moment {
    char const *zone, *at;
};
inline constexpr Moment moments[] = {
    {"Europe/Berlin", "2026-03-29T01:00:00Z"},       {"Europe/Berlin", "2026-10-25T01:00:00Z"},
    {"America/New_York", "2026-03-08T07:00:00Z"},    {"America/New_York", "2026-11-01T06:00:00Z"},
    {"Australia/Lord_Howe", "2026-04-04T15:00:00Z"}, {"Australia/Lord_Howe", "2026-10-03T15:30:00Z"},
    {"Pacific/Auckland", "2026-04-04T14:00:00Z"},    {"America/Santiago", "2026-09-06T04:00:00Z"},
    {"America/Santiago", "2026-04-05T03:00:00Z"},    {"Africa/Casablanca", "2026-02-15T02:00:00Z"},
    {"Africa/Casablanca", "2026-03-22T02:00:00Z"},   {"Antarctica/Troll", "2026-03-29T01:00:00Z"},
    {"Antarctica/Troll", "2026-10-25T01:00:00Z"},    {"Asia/Beirut", "2026-03-28T22:00:00Z"},
    {"Asia/Beirut", "2026-10-24T21:00:00Z"},         {"America/Sao_Paulo", "2017-10-15T03:00:00Z"},
    {"America/Sao_Paulo", "2018-02-18T02:00:00Z"},   {"America/St_Johns", "2010-03-14T03:31:00Z"},
    {"America/St_Johns", "2010-11-07T02:31:00Z"},    {"America/Havana", "2026-03-08T05:00:00Z"},
    {"America/Havana", "2026-11-01T05:00:00Z"},      {"Europe/Dublin", "2026-10-25T01:00:00Z"},
    {"Pacific/Chatham", "2026-09-26T14:00:00Z"},     {"Pacific/Apia", "2011-12-30T10:00:00Z"},
    {"Pacific/Kwajalein", "1993-08-21T12:00:00Z"},   {"Antarctica/Casey", "2020-03-07T16:00:00Z"},
    {"Asia/Kolkata", "2028-02-29T00:00:00Z"},        {"Europe/Berlin", "2028-02-29T12:00:00Z"},
    {"Asia/Kathmandu", "2026-12-31T18:15:00Z"},      {"Europe/Berlin", "2026-12-31T23:00:00Z"},
};

struct Case {
    std::uint64_t seed;
    Policy policy;
    Mac mac{{2, 0, 0x5e, 0x10, 0, 1}};
    std::vector<Override> overrides;
    Instant moment;

    Subject subject() const { return {policy, policy.profiles.front(), "phone", std::span{&mac, 1}}; }
    std::string about(Instant at) const {
        return "KINDGATE_SEED=" + std::to_string(seed) + " " + moment_zone + " at " + rfc3339(at);
    }
    std::string moment_zone;
};

class Maker {
public:
    explicit Maker(std::uint64_t seed) : seed_(seed), random_(seed) {}

    Case make() {
        // Seeds that follow one another meet them all.
        auto const& moment = moments[seed_ % std::size(moments)];
        Case result{seed_, build::policy(moment.zone, {}), {}, {}, build::utc(moment.at), moment.zone};
        result.mac = Mac{{2, 0, 0x5e, 0x10, 0, 1}};
        near_ = local_date(*result.policy.zone, result.moment);
        std::vector<Window> windows(below(6));
        for (auto& each : windows) each = window();
        std::vector<Exception> exceptions(below(4));
        for (auto& each : exceptions) each = exception();
        auto profile = build::profile("teen", mode(), std::move(windows), std::move(exceptions));
        if (below(6) == 0) profile.ends_on = date();
        result.policy.profiles = {std::move(profile)};
        if (below(2) == 0) result.overrides.resize(below(6));
        for (auto& each : result.overrides) each = given(result.moment);
        return result;
    }
    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>{0, end - 1}(random_); }
    std::chrono::seconds within(std::chrono::hours hours) {
        return std::chrono::seconds{below(static_cast<std::size_t>(std::chrono::seconds{hours}.count()))};
    }

private:
    Mode mode() { return static_cast<Mode>(1 + below(3)); }
    date::local_days date() { return near_ + date::days{static_cast<int>(below(7)) - 3}; }
    Window window() {
        Window result;
        for (unsigned day = 0; day < 7; ++day)
            if (below(2) == 0) result.days.add(date::weekday{day});
        // Mostly near the hours at which clocks change.
        auto const quarters = below(2) == 0 ? below(18) : below(96);
        result.from = minutes{static_cast<int>(below(8) == 0 ? below(1440) : quarters * 15)};
        auto const length = below(3) == 0 ? below(16) * 5 : below(1440);
        result.to = result.from + minutes{static_cast<int>(below(8) == 0 ? 1440 : length + 1)};
        result.mode = mode();
        if (below(4) != 0) return result;
        result.mode = Mode::off;
        for (auto const* category : {"games", "video"})
            if (below(2) == 0) result.categories.emplace_back(category);
        return result;
    }
    Exception exception() {
        Exception result;
        result.first = date();
        result.last = result.first + date::days{static_cast<int>(below(4))};
        result.windows.resize(below(3));
        for (auto& each : result.windows) each = window();
        return result;
    }
    Override given(Instant moment) {
        static constexpr char const* who[] = {"all", "teen", "phone", "02:00:5e:10:00:01", "tot", "02:00:5e:10:00:02"};
        Override result;
        result.id = below(1000);
        result.who = who[below(std::size(who))];
        result.mode = mode();
        result.when.from = moment - std::chrono::hours{40} + within(std::chrono::hours{80});
        result.when.to = result.when.from + within(std::chrono::hours{below(4) == 0 ? 24U : 1U});
        if (below(2) == 0) result.when.from = std::chrono::floor<minutes>(result.when.from);
        return result;
    }

    std::uint64_t seed_;
    std::mt19937_64 random_;
    date::local_days near_;
};

}  // namespace kindgate::policy::random_policy
