#include "policy/decide.h"

#include <algorithm>

#include "walk.h"

namespace kindgate::policy {

namespace {

std::vector<Override const*> overrides_on(Subject const& subject, std::span<Override const> all, Instant at) {
    std::vector<Override const*> found;
    for (auto const& given : all)
        if (still_matters(given, at) && subject.is_named_by(given)) found.push_back(&given);
    return found;
}

// All that a walk borrows, for one question.
struct Way {
    Way(Subject const& subject, std::span<Override const> all, Instant at)
        : zone(*subject.policy.zone),
          schedule(subject.profile),
          overrides(overrides_on(subject, all, at)),
          walk(schedule, subject.profile, overrides, zone, at) {}
    Way(Way const&) = delete;
    Way(Way&&) = delete;
    Way& operator=(Way const&) = delete;
    Way& operator=(Way&&) = delete;
    ~Way() = default;

    ZoneSpans zone;
    Schedule schedule;
    std::vector<Override const*> overrides;
    Walk walk;
};

Decision decision(Verdict const& verdict) {
    return {verdict.mode, *verdict.because};
}

}  // namespace

bool Subject::is_named_by(Override const& given) const {
    if (given.who == "all" || given.who == profile.id) return true;
    if (!device_id.empty() && given.who == device_id) return true;
    auto const mac = mac_named(given.who);
    return mac && std::ranges::find(macs, *mac) != macs.end();
}

Decision decide(Subject const& subject, std::span<Override const> overrides, Instant at) {
    return decision(Way{subject, overrides, at}.walk.verdict());
}

std::vector<Withheld> withheld(Subject const& subject, std::span<Override const> overrides, Instant at) {
    return categories_of(Way{subject, overrides, at}.walk.withholding());
}

Explanation explain(Subject const& subject, std::span<Override const> overrides, Instant at) {
    Way way{subject, overrides, at};
    auto& walk = way.walk;
    auto const now = walk.verdict();
    while (walk.next() <= at + horizon) {
        walk.advance();
        if (walk.verdict() != now) return {decision(now), walk.at()};
    }
    return {decision(now), std::nullopt};
}

std::vector<Stretch> timeline(Subject const& subject, std::span<Override const> overrides, Interval span) {
    std::vector<Stretch> stretches;
    if (span.from >= span.to) return stretches;
    Way way{subject, overrides, span.from};
    auto& walk = way.walk;
    auto last = walk.verdict();
    stretches.push_back({span, decision(last)});
    while (walk.next() < span.to) {
        walk.advance();
        if (walk.verdict() == last) continue;
        last = walk.verdict();
        stretches.back().when.to = walk.at();
        stretches.push_back({{walk.at(), span.to}, decision(last)});
    }
    return stretches;
}

}  // namespace kindgate::policy
