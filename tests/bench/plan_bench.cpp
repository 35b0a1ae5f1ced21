// What a school's edge costs: 4,096 devices in 300 profiles whose leases begin at the same moment, with the plan that
// says so and the kernel that carries it out; and what one person's word costs among them. Run in a network namespace
// of its own: it installs the table `inet kindgate` there. `tests/bench/run` does so.
//
//   plan_bench POLICY_FILE [google-benchmark's arguments]
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "enforcer.h"
#include "kernel/nft_table.h"
#include "policy/load.h"
#include "policy/plan.h"

namespace {

using namespace kindgate;  // NOLINT(google-build-using-namespace)
using kernel::Steady;

template <typename T>
T must(Result<T> result) {
    if (!result.ok()) {
        std::fprintf(stderr, "plan_bench: %s\n", result.error().message().c_str());
        std::exit(1);
    }
    return std::move(result).value();
}

void must(Result<void> const& result) {
    if (result.ok()) return;
    std::fprintf(stderr, "plan_bench: %s\n", result.error().message().c_str());
    std::exit(1);
}

struct School {
    std::shared_ptr<policy::Policy const> policy;
    std::vector<policy::PlannedDevice> devices;
    FlatMap<Mac, Slot> slots;
    // The policy's night ends for everybody at 06:00 local time; the leases that begin then end at 300 different
    // moments.
    policy::Instant night;
    policy::Instant morning;
    Steady::time_point start = Steady::now();
};

School load_school(char const* path) {
    std::ifstream file{path};
    std::string const text{std::istreambuf_iterator<char>{file}, {}};
    auto loaded = policy::load(text, path);
    for (auto const& error : loaded.errors) std::fprintf(stderr, "%s\n", error.text().c_str());
    if (!loaded.policy) std::exit(1);
    School school{.policy = loaded.policy, .devices = {}, .slots = {}, .night = {}, .morning = {}};
    std::uint16_t number = 0;
    for (auto const& device : loaded.policy->devices) {
        Slot const slot{++number};
        school.devices.push_back({slot, device.id, device.macs, device.profile});
        for (auto const& mac : device.macs) school.slots[mac] = slot;
    }
    school.morning = must(policy::parse_instant("2026-11-30T06:00", *loaded.policy->zone));
    school.night = school.morning - std::chrono::minutes{1};
    return school;
}

// What control has the kernel hold, by its own code.
class Gate {
public:
    Gate(School const& school, kernel::NftTable& table) : school_(school), enforcer_(table) {}

    // How many elements the kernel was told of.
    std::size_t enforce(policy::Instant at, std::span<policy::Override const> overrides) {
        enforcer_.replan({school_.policy,
                          school_.devices,
                          overrides,
                          {},
                          std::nullopt,
                          lan_,
                          {},
                          school_.slots,
                          names_,
                          ids_,
                          std::nullopt},
                         {school_.start + (at - school_.morning), at});
        return must(enforcer_.apply()).changes;
    }

private:
    School const& school_;
    control::Enforcer enforcer_;
    std::vector<std::string> lan_{"lo"};
    policy::CategoryIds ids_;
    std::shared_ptr<policy::Names const> names_ =
        policy::compile_names(*school_.policy, {ids_, {}, policy::SafeSearch{}, policy::Helplines{}, {}, {}});
};

void load_policy(benchmark::State& state, std::string const& path) {
    for (auto _ : state) benchmark::DoNotOptimize(load_school(path.c_str()));
}

void plan_all(benchmark::State& state, School const& school) {
    for (auto _ : state)
        benchmark::DoNotOptimize(policy::plan(*school.policy, {school.devices, {}, school.morning, std::nullopt}));
}

double seconds_since(Steady::time_point start) {
    return std::chrono::duration<double>(Steady::now() - start).count();
}

// Everybody's lease begins: from the facts to the kernel's acknowledgement.
void all_begin(benchmark::State& state, School const& school, kernel::NftTable& table) {
    for (auto _ : state) {
        Gate gate{school, table};
        gate.enforce(school.night, {});
        auto const start = Steady::now();
        auto const changes = gate.enforce(school.morning, {});
        state.SetIterationTime(seconds_since(start));
        if (changes < school.devices.size()) state.SkipWithError("not every lease began");
    }
}

// One device is paused and let in again: all are planned by a planner that remembers, one lease changes.
void one_override(benchmark::State& state, School const& school, kernel::NftTable& table) {
    Gate gate{school, table};
    gate.enforce(school.morning, {});
    policy::Override given{1,
                           std::string{school.devices[7].device_id},
                           policy::Mode::off,
                           {school.morning, school.morning + std::chrono::hours{1}},
                           "bench"};
    for (auto _ : state) {
        given.mode = given.mode == policy::Mode::off ? policy::Mode::open : policy::Mode::off;
        auto const start = Steady::now();
        gate.enforce(school.morning, {&given, 1});
        state.SetIterationTime(seconds_since(start));
    }
}

}  // namespace

int main(int count, char** words) {
    if (count < 2 || words[1][0] == '-') {
        std::fputs("usage: plan_bench POLICY_FILE [--benchmark_…]\n", stderr);
        return 2;
    }
    std::string const path = words[1];
    auto const school = load_school(words[1]);
    auto const table = must(kernel::NftTable::create({}));
    benchmark::RegisterBenchmark("load", load_policy, path)->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark("plan", plan_all, school)->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark("all_begin", [&](benchmark::State& state) { all_begin(state, school, *table); })
        ->UseManualTime()
        ->Iterations(10)
        ->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark("one_override", [&](benchmark::State& state) { one_override(state, school, *table); })
        ->UseManualTime()
        ->Iterations(50)
        ->Unit(benchmark::kMillisecond);
    words[1] = words[0];
    int left = count - 1;
    benchmark::Initialize(&left, words + 1);
    benchmark::RunSpecifiedBenchmarks();
    must(table->remove());
    return 0;
}
