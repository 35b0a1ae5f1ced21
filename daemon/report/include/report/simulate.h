// A survey tried out in memory, for those who plan one: households whose answers are known are blurred, sharded,
// verified by two aggregators and added up, as real ones would be, and what the collector then knows can be held
// against the truth.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "report/prio3.h"
#include "report/ratio.h"

namespace kindgate::report {

// What aggregators have added up of some parts.
struct Tally {
    std::vector<Bytes> aggregates;    // the leader's, the helper's
    std::uint64_t sealed = 0;         // reports that were sealed and opened
    std::uint64_t report_octets = 0;  // of one of them, as it is uploaded; 0: none was
};

class Simulation {
public:
    static constexpr std::uint64_t part_size = 1000;  // households
    static constexpr std::uint64_t max_households = 100'000'000;

    // `households`: how many give each answer truly; 2 to 32 answers, 1 to max_households in all, else invalid_input.
    // The seed settles all that is drawn. The first `sealed` households' reports are also sealed for their aggregators,
    // encoded, decoded and opened again, which takes most of the time.
    static Result<Simulation> create(std::vector<std::uint64_t> households, Epsilon epsilon, Seed const& seed,
                                     std::uint64_t sealed);

    std::uint64_t parts() const;
    // Parts from 0 on in which reports are sealed.
    std::uint64_t sealed_parts() const;

    Tally nothing() const;
    // Runs one part and adds it. Parts may run in any order and on several threads, sealed ones on one of them at a
    // time: the sums are the same. Errors are mistakes of ours: no report that is made here may be refused.
    Result<void> run(std::uint64_t part, Tally& into) const;
    Result<void> add(Tally& into, Tally const& other) const;

    // What the collector gets of all parts: how often each answer came, blurred as they were.
    Result<std::vector<std::uint64_t>> counts(Tally const& all) const;

private:
    struct Survey;
    explicit Simulation(std::shared_ptr<Survey const> survey) : survey_(std::move(survey)) {}

    std::shared_ptr<Survey const> survey_;
};

}  // namespace kindgate::report
