// Merging equal neighbours of minute-by-minute explain() gives timeline(), and both are what the oracle says.
#include <algorithm>
#include <set>

#include "build.h"
#include "oracle.h"
#include "policy/decide.h"
#include "random_policy.h"
#include "test.h"

namespace {

using namespace kindgate;
using namespace kindgate::policy;
using build::text;
using random_policy::Case;

constexpr std::chrono::hours around{36};

void check_against_oracle(Case const& one, Stretch const& stretch, Instant at) {
    auto const expected = oracle::decide(one.subject(), one.overrides, at);
    test::equal(text(stretch.decision), build::text(expected.mode) + " " + expected.rule, one.about(at));
    auto held = withheld(one.subject(), one.overrides, at);
    std::vector<std::string> categories;
    categories.reserve(held.size());
    for (auto& each : held) categories.push_back(std::move(each.category));
    std::ranges::sort(categories);
    test::check(categories == expected.withheld, one.about(at) + ": withheld");
}

// Every minute, and the seconds next to whatever can be an edge off the minute.
std::set<Instant> instants(Case const& one, Interval span) {
    std::set<Instant> all;
    for (auto at = span.from; at < span.to; at += minutes{1}) all.insert(at);
    for (auto const& given : one.overrides)
        for (auto const edge : {given.when.from, given.when.to})
            for (int off = -1; off <= 1; ++off) all.insert(edge + std::chrono::seconds{off});
    std::erase_if(all, [&](Instant at) { return !span.contains(at); });
    return all;
}

void check_shape(Case const& one, std::vector<Stretch> const& stretches, Interval span) {
    test::check(!stretches.empty() && stretches.front().when.from == span.from && stretches.back().when.to == span.to,
                one.about(span.from) + ": from end to end");
    for (std::size_t i = 0; i < stretches.size(); ++i) {
        test::check(stretches[i].when.from < stretches[i].when.to, one.about(stretches[i].when.from) + ": not empty");
        if (i == 0) continue;
        test::check(stretches[i - 1].when.to == stretches[i].when.from, one.about(stretches[i].when.from) + ": no gap");
        test::check(stretches[i - 1].decision != stretches[i].decision, one.about(stretches[i].when.from) + ": merged");
    }
}

// explain() is dear where nothing changes for 400 days; there a sample of the minutes does.
void check_explained(Case const& one, Stretch const& stretch, bool last, Instant at) {
    bool const minute_of_a_sample = at.time_since_epoch() % minutes{53} == minutes{0};
    if (last && !minute_of_a_sample) return;
    auto const explained = explain(one.subject(), one.overrides, at);
    test::equal(text(explained.decision), text(stretch.decision), one.about(at));
    if (!last)
        return test::equal(text(explained.until), text(std::optional{stretch.when.to}), one.about(at) + ": until");
    test::check(!explained.until || *explained.until >= stretch.when.to, one.about(at) + ": until, unclipped");
}

void check(Case const& one) {
    Interval const span{one.moment - around, one.moment + around};
    auto const stretches = timeline(one.subject(), one.overrides, span);
    check_shape(one, stretches, span);
    auto stretch = stretches.begin();
    for (auto const at : instants(one, span)) {
        while (stretch->when.to <= at) ++stretch;
        check_explained(one, *stretch, std::next(stretch) == stretches.end(), at);
        // The oracle is slow; it need not see the minutes at which nothing begins or ends on a quarter.
        if (at.time_since_epoch() % minutes{5} == minutes{0}) check_against_oracle(one, *stretch, at);
    }
    for (auto const& each : stretches) {
        check_against_oracle(one, each, each.when.from);
        check_against_oracle(one, each, each.when.to - std::chrono::seconds{1});
    }
}

constexpr test::Test tests[] = {
    {"merged explanations of every minute are the timeline",
     [] {
         auto const first = test::first_seed("timeline");
         for (std::uint64_t seed = first; seed < first + test::cases(30); ++seed)
             check(random_policy::Maker{seed}.make());
     }},
};

}  // namespace

int main() {
    return test::run("policy/timeline (property)", tests);
}
