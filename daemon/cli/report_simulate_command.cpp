// `kindgate report simulate`: a survey tried out on households whose answers are known.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <ostream>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_string.h"
#include "commands.h"
#include "crypto/secret.h"
#include "crypto/sha2.h"
#include "files.h"
#include "report/randomised_response.h"
#include "report/simulate.h"
#include "text.h"
#include "truth_file.h"

namespace kindgate::cli {

namespace {

using report::Simulation;
using report::Tally;
using std::chrono::steady_clock;

constexpr std::uint64_t sample = 1000;  // reports that are sealed and opened, if not all
constexpr std::chrono::seconds first_word{1};
constexpr std::chrono::seconds between_words{5};
constexpr double standard_errors_of_95 = 1.96;

struct Outcomes {
    Truth truth;
    std::vector<std::uint64_t> households;
    report::Epsilon epsilon;
    Tally tally;
    std::vector<std::uint64_t> counts;
    std::size_t threads;
    double seconds;

    std::uint64_t all() const {
        std::uint64_t sum = 0;
        for (auto const count : households) sum += count;
        return sum;
    }
};

// Parts of a simulation on all cores. Whoever waits is told how far they are.
class Workers {
public:
    explicit Workers(Simulation const& simulation) : simulation_(simulation), total_(simulation.nothing()) {}

    std::size_t threads() const { return std::max(1U, std::thread::hardware_concurrency()); }

    template <typename Progress>
    Result<Tally> run(Progress progress) {
        // What is sealed goes through one library for all threads: the first thread does it.
        std::vector<std::jthread> threads;
        next_ = simulation_.sealed_parts();
        running_ = this->threads();
        threads.emplace_back([this] { work(0, simulation_.sealed_parts()); });
        while (threads.size() < this->threads()) threads.emplace_back([this] { work(0, 0); });
        std::unique_lock lock{mutex_};
        for (auto wait = first_word; !ended_.wait_for(lock, wait, [&] { return running_ == 0; }); wait = between_words)
            progress(done_.load());
        if (failure_) return *failure_;
        return total_;
    }

private:
    // These parts, then any that nobody has begun.
    void work(std::uint64_t first, std::uint64_t end) {
        auto own = simulation_.nothing();
        auto result = Result<void>{};
        for (auto part = first; part < end && result.ok(); ++part) result = one(part, own);
        for (auto part = next_++; part < simulation_.parts() && result.ok(); part = next_++) result = one(part, own);
        std::scoped_lock const lock{mutex_};
        if (result.ok()) result = simulation_.add(total_, own);
        if (!result.ok()) failure_ = result.error();
        --running_;
        ended_.notify_one();
    }

    Result<void> one(std::uint64_t part, Tally& own) {
        KG_TRY(simulation_.run(part, own));
        ++done_;
        return {};
    }

    Simulation const& simulation_;
    std::atomic<std::uint64_t> next_ = 0;
    std::atomic<std::uint64_t> done_ = 0;  // parts
    std::mutex mutex_;                     // of what follows
    std::condition_variable ended_;
    std::size_t running_ = 0;
    Tally total_;
    std::optional<Error> failure_;
};

report::Seed seed_of(Options const& options) {
    report::Seed seed{};
    if (options.seed.empty())
        crypto::fill_at_random(seed);
    else
        std::ranges::copy(crypto::sha256(bytes_of(options.seed)), seed.begin());
    return seed;
}

Result<Outcomes> simulate(Options const& options, Surroundings const& around) {
    auto const& path = options.files.front();
    auto const file = KG_TRY(read_file(path));
    auto truth = KG_TRY(read_truth(policy::without_mark(file), path));
    auto const epsilon = report::Epsilon::parse(options.epsilon);
    if (!epsilon.ok()) return epsilon.error().within("--epsilon");
    auto households = shared_out(options.households, truth.weights);
    auto const begun = steady_clock::now();
    auto const simulation = KG_TRY(Simulation::create(households, *epsilon, seed_of(options),
                                                      options.extent == Extent::full ? options.households : sample));
    Workers workers{simulation};
    auto tally = KG_TRY(workers.run([&](std::uint64_t parts) {
        around.err << fmt::format("{} of {} households, {} s\n",
                                  std::min(parts * Simulation::part_size, options.households), options.households,
                                  std::chrono::floor<std::chrono::seconds>(steady_clock::now() - begun).count())
                   << std::flush;
    }));
    auto counts = KG_TRY(simulation.counts(tally));
    std::chrono::duration<double> const took = steady_clock::now() - begun;
    return Outcomes{std::move(truth),  std::move(households), *epsilon,    std::move(tally),
                    std::move(counts), workers.threads(),     took.count()};
}

void print(Outcomes const& outcomes, Surroundings const& around) {
    auto const all = outcomes.all();
    auto const percent = [](double share) { return fmt::format("{:.2f} %", 100 * share); };
    around.out << fmt::format("{}: {} households, ε {}\n\n", printable(outcomes.truth.table), all,
                              outcomes.epsilon.text());
    Table table{{"ANSWER", "TRUTH", "ESTIMATE", "ERROR (95 %)"}};
    auto const estimates = report::estimate(outcomes.counts, outcomes.epsilon);
    for (std::size_t i = 0; i < estimates.size(); ++i)
        table.row({outcomes.truth.answers[i],
                   percent(static_cast<double>(outcomes.households[i]) / static_cast<double>(all)),
                   percent(estimates[i].share), "± " + percent(standard_errors_of_95 * estimates[i].standard_error)});
    table.print(around.out, around.colour);
    around.out << fmt::format(
        "\nAn error of ± 2 points takes {} households.\n"
        "{} reports of {} bytes were sealed for their aggregators and opened again.\n"
        "{:.1f} s on {}: {:.0f} households a second.\n",
        report::households_needed(estimates.size(), outcomes.epsilon), outcomes.tally.sealed,
        outcomes.tally.report_octets, outcomes.seconds, counted(outcomes.threads, "thread"),
        static_cast<double>(all) / std::max(outcomes.seconds, 1e-9));
}

void print_json(Outcomes const& outcomes, Surroundings const& around) {
    auto const all = outcomes.all();
    auto const estimates = report::estimate(outcomes.counts, outcomes.epsilon);
    std::vector<std::string> answers;
    answers.reserve(estimates.size());
    for (std::size_t i = 0; i < estimates.size(); ++i)
        answers.push_back(fmt::format(
            R"({{"answer":{},"households":{},"truth":{:.6f},"counted":{},"estimate":{:.6f},"error_95":{:.6f}}})",
            json_string(outcomes.truth.answers[i]), outcomes.households[i],
            static_cast<double>(outcomes.households[i]) / static_cast<double>(all), outcomes.counts[i],
            estimates[i].share, standard_errors_of_95 * estimates[i].standard_error));
    around.out << fmt::format(
        R"({{"table":{},"households":{},"epsilon":"{}","answers":[{}],"households_for_2_points":{},"sealed":{},)"
        R"("report_bytes":{},"threads":{},"seconds":{:.3f}}})"
        "\n",
        json_string(outcomes.truth.table), all, outcomes.epsilon.text(), fmt::join(answers, ","),
        report::households_needed(estimates.size(), outcomes.epsilon), outcomes.tally.sealed,
        outcomes.tally.report_octets, outcomes.threads, outcomes.seconds);
}

}  // namespace

Outcome report_simulate(Options const& options, Surroundings const& around) {
    auto const outcomes = KG_TRY(simulate(options, around));
    if (options.form == Form::json)
        print_json(outcomes, around);
    else
        print(outcomes, around);
    return 0;
}

}  // namespace kindgate::cli
