#include "report/randomised_response.h"

#include "statistics.h"

namespace {

using namespace kindgate;
using report::Epsilon;
using report::SeededRandom;

constexpr double confidence = 1e-4;
constexpr std::uint64_t draws = 20'000;

Epsilon epsilon_of(std::string_view text) {
    return test::value(Epsilon::parse(text));
}

struct Case {
    std::size_t k;
    std::string_view epsilon;
};
constexpr Case cases[] = {{2, "0.5"}, {2, "2"}, {5, "1"}, {7, "2"}, {32, "0.125"}, {6, "4"}};

// Of each answer, how often it is given where `truth` is the truth.
std::vector<std::uint64_t> answers(Case const& c, std::size_t truth) {
    std::uint8_t const seed[] = {static_cast<std::uint8_t>(c.k), static_cast<std::uint8_t>(truth)};
    SeededRandom random{seed};
    std::vector<std::uint64_t> counts(c.k);
    for (std::uint64_t i = 0; i < draws; ++i) ++counts.at(report::randomise(truth, c.k, epsilon_of(c.epsilon), random));
    return counts;
}

void has_its_distribution() {
    for (auto const& c : cases) {
        auto const weight = std::exp(epsilon_of(c.epsilon).ratio().approximate());
        std::map<std::int64_t, double> probability;
        for (std::size_t i = 0; i < c.k; ++i)
            probability[static_cast<std::int64_t>(i)] =
                (i == c.k - 1 ? weight : 1) / (weight + static_cast<double>(c.k) - 1);
        std::map<std::int64_t, std::uint64_t> seen;
        auto const counts = answers(c, c.k - 1);
        for (std::size_t i = 0; i < c.k; ++i) seen[static_cast<std::int64_t>(i)] = counts[i];
        test::check(test::p_value(seen, probability) > confidence, c.epsilon);
        test::check(test::p_value({{static_cast<std::int64_t>(c.k) - 1, draws}}, probability) < 1e-12,
                    "answers that are never blurred would be noticed");
    }
}

// The largest ratio of an answer's probabilities under two truths that the samples allow to claim: with confidence, it
// is more than this.
double claimed_epsilon(std::vector<std::uint64_t> const& one, std::vector<std::uint64_t> const& other) {
    double most = 0;
    for (std::size_t i = 0; i < one.size(); ++i) {
        auto const high = test::bounds(one[i], draws);
        auto const low = test::bounds(other[i], draws);
        if (high.low > 0) most = std::max(most, std::log(high.low / low.high));
    }
    return most;
}

void keeps_its_epsilon() {
    for (auto const& c : cases) {
        auto const stated = epsilon_of(c.epsilon).ratio().approximate();
        auto const claimed = claimed_epsilon(answers(c, 0), answers(c, 1));
        test::check(claimed <= stated, "no sample shows more than the stated ε");
        test::check(claimed > 0.7 * stated - 0.2, "and the blurring is no stronger than it has to be");
    }
    // The tester sees a blurring that is too weak: answers of ε 2 are more than one of ε 1.5 may tell.
    test::check(claimed_epsilon(answers({2, "2"}, 0), answers({2, "2"}, 1)) > 1.5, "ε 2 stated as 1.5 is noticed");
}

void estimates_shares() {
    for (auto const& c : cases) {
        std::uint8_t const seed[] = {static_cast<std::uint8_t>(c.k), 99};
        SeededRandom random{seed};
        std::vector<std::uint64_t> truth(c.k);
        std::vector<std::uint64_t> counts(c.k);
        for (std::uint64_t i = 0; i < draws; ++i) {
            auto const answer = i % 10 < 6 ? 0 : static_cast<std::size_t>(i % c.k);
            ++truth[answer];
            ++counts.at(report::randomise(answer, c.k, epsilon_of(c.epsilon), random));
        }
        double sum = 0;
        auto const estimates = report::estimate(counts, epsilon_of(c.epsilon));
        for (std::size_t i = 0; i < c.k; ++i) {
            auto const off = estimates[i].share - static_cast<double>(truth[i]) / draws;
            test::check(std::abs(off) < 4.5 * estimates[i].standard_error, "within its error");
            sum += estimates[i].share;
        }
        test::check(std::abs(sum - 1) < 1e-9, "the shares are those of a whole");
    }
    auto const none = report::estimate(std::vector<std::uint64_t>(3), epsilon_of("1"));
    test::equal(none.at(2).share, 0.0, "of nobody");
    test::equal(none.at(2).standard_error, 1.0, "nothing is known");
}

// The stated error is as large as the error is: over 300 repetitions 95 % lie within 1.96 of it.
void states_its_error() {
    std::uint64_t within = 0;
    constexpr std::uint64_t repetitions = 300;
    for (std::uint64_t r = 0; r < repetitions; ++r) {
        std::uint8_t const seed[] = {7, static_cast<std::uint8_t>(r), static_cast<std::uint8_t>(r >> 8U)};
        SeededRandom random{seed};
        std::vector<std::uint64_t> counts(5);
        for (std::size_t i = 0; i < 400; ++i)
            ++counts.at(report::randomise(i % 4 == 0 ? 3 : 1, 5, epsilon_of("2"), random));
        auto const third = report::estimate(counts, epsilon_of("2"))[3];
        if (std::abs(third.share - 0.25) <= 1.96 * third.standard_error) ++within;
    }
    auto const [low, high] = test::bounds(within, repetitions);
    test::check(low <= 0.95 && 0.95 <= high, "95 %: " + std::to_string(within) + " of 300");
}

void counts_households() {
    // For k = 2 and ε = ln 3 the truth is told in three of four cases: 0.75 * 0.25 * (1.96 / (0.02 * 0.5))^2 = 7203,
    // and a little more ε.
    test::equal(report::households_needed(2, epsilon_of("1.099")), 7198U, "two answers");
    for (auto const& c : cases) {
        auto const households = report::households_needed(c.k, epsilon_of(c.epsilon));
        // With as many, the worst share's 1.96 standard errors are two points; with 2 % fewer, they are more.
        auto const worst = [&](std::uint64_t all) {
            double most = 0;
            auto const weight = std::exp(epsilon_of(c.epsilon).ratio().approximate());
            auto const kept = weight / (weight + static_cast<double>(c.k) - 1);
            auto const invented = (1 - kept) / static_cast<double>(c.k - 1);
            for (auto const p : {kept, invented})
                most = std::max(most, std::sqrt(p * (1 - p) / static_cast<double>(all)) / (kept - invented));
            return 1.96 * most;
        };
        test::check(worst(households) <= 0.02 + 1e-6, "enough");
        test::check(worst(households * 98 / 100) > 0.02, "no more than are needed");
        test::check(report::households_needed(c.k, epsilon_of(c.epsilon), 0.01) > 3 * households, "half the margin");
    }
}

constexpr test::Test tests[] = {
    {"each answer is given as often as k-ary randomised response gives it", has_its_distribution},
    {"the ε that samples show is at most the stated one", keeps_its_epsilon},
    {"shares are estimated within their error, and are those of a whole", estimates_shares},
    {"of 100 estimates 95 lie within 1.96 standard errors", states_its_error},
    {"how many households two points take", counts_households},
};

}  // namespace

int main() {
    return test::run("report/randomised_response", tests);
}
