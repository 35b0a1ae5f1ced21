#include "report/simulate.h"

#include <cmath>
#include <numeric>

#include "report/randomised_response.h"
#include "test.h"

namespace {

using namespace kindgate;
using report::Simulation;
using report::Tally;

Simulation simulation(std::vector<std::uint64_t> households, std::string_view epsilon, std::uint8_t seed = 1,
                      std::uint64_t sealed = 0) {
    report::Seed whole{};
    whole[0] = seed;
    return test::value(
        Simulation::create(std::move(households), test::value(report::Epsilon::parse(epsilon)), whole, sealed));
}

Tally whole(Simulation const& simulation, bool backwards = false) {
    auto all = simulation.nothing();
    for (std::uint64_t i = 0; i < simulation.parts(); ++i) {
        auto part = simulation.nothing();
        test::value(simulation.run(backwards ? simulation.parts() - 1 - i : i, part));
        test::value(simulation.add(all, part));
    }
    return all;
}

// ε 20 hardly blurs: of a few thousand households none is expected to answer otherwise.
void counts_the_truth() {
    std::vector<std::uint64_t> const truth{700, 0, 300, 250, 1};
    auto const survey = simulation(truth, "20", 1, 50);
    test::equal(survey.parts(), 2U, "parts");
    test::equal(survey.sealed_parts(), 1U, "sealed");
    auto const all = whole(survey);
    test::check(test::value(survey.counts(all)) == truth, "the collector has the truth");
    test::equal(all.sealed, 50U, "reports to the aggregators and back");
    test::check(all.report_octets > 500 && all.report_octets < 2000,
                "octets of a report: " + std::to_string(all.report_octets));
}

void estimates_the_truth() {
    std::vector<std::uint64_t> const truth{1500, 900, 100};
    auto const survey = simulation(truth, "1");
    auto const counts = test::value(survey.counts(whole(survey)));
    test::equal(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), 2500U, "everybody counts once");
    test::check(counts != truth, "blurred");
    auto const estimates = report::estimate(counts, test::value(report::Epsilon::parse("1")));
    for (std::size_t i = 0; i < truth.size(); ++i)
        test::check(
            std::abs(estimates[i].share - static_cast<double>(truth[i]) / 2500) < 4 * estimates[i].standard_error,
            "within its error");
}

void depends_on_the_seed_alone() {
    auto const survey = simulation({400, 1800}, "0.5", 3);
    auto const all = whole(survey);
    test::check(whole(simulation({400, 1800}, "0.5", 3), true).aggregates == all.aggregates, "in any order");
    test::check(whole(simulation({400, 1800}, "0.5", 4)).aggregates != all.aggregates, "another seed");
}

void seals_all() {
    auto const survey = simulation({20, 1010}, "2", 1, 1005);
    test::equal(survey.sealed_parts(), 2U, "parts");
    auto part = survey.nothing();
    test::value(survey.run(1, part));
    test::equal(part.sealed, 5U, "behind the first part");
    test::equal(simulation({2, 3}, "2", 1, 1000).sealed_parts(), 1U, "no more than there are");
    test::equal(simulation({2, 3}, "2").sealed_parts(), 0U, "none");
}

void refuses() {
    auto const made = [](std::vector<std::uint64_t> households) {
        return Simulation::create(std::move(households), test::value(report::Epsilon::parse("1")), {}, 0);
    };
    for (auto const& wrong : std::vector<std::vector<std::uint64_t>>{
             {}, {1}, std::vector<std::uint64_t>(33, 1), {0, 0}, {100'000'000, 1}, {~std::uint64_t{0}, 2}})
        test::check(!made(wrong).ok(), std::to_string(wrong.size()));
}

constexpr test::Test tests[] = {
    {"without blurring to speak of the collector gets the truth, over HPKE and DAP", counts_the_truth},
    {"blurred answers are estimated within their error", estimates_the_truth},
    {"the seed settles everything, in any order of the parts", depends_on_the_seed_alone},
    {"as many reports are sealed as was wished", seals_all},
    {"too few or many answers or households are refused", refuses},
};

}  // namespace

int main() {
    return test::run("report/simulate", tests);
}
