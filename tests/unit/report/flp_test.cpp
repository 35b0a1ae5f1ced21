// Whoever makes a proof may make one of anything: here the prover is honest about measurements that aren't valid.
#include "flp.h"

#include "any_numbers.h"
#include "test.h"

namespace {

using namespace kindgate;
using report::Circuit;
using report::Field128;
using report::Field64;
using report::Flp;
using report::Vdaf;
using report::VdafType;

// Two shares of numbers: any ones, and what is missing.
template <typename Field>
std::array<std::vector<Field>, 2> split(std::mt19937_64& random, std::vector<Field> const& numbers) {
    auto const first = test::any_numbers<Field>(random, numbers.size());
    std::vector<Field> second;
    for (std::size_t i = 0; i < numbers.size(); ++i) second.push_back(numbers[i] - first[i]);
    return {first, second};
}

// Proved whole, checked on two shares. `changed`: a place in the proof that is made another.
template <typename Field>
bool holds(Vdaf const& vdaf, std::vector<std::int64_t> const& measurement, std::uint64_t seed,
           std::optional<std::size_t> changed = {}) {
    std::mt19937_64 random{seed};
    Flp<Field> const flp{report::circuit_of(vdaf), 2};
    auto const& circuit = flp.circuit();
    test::equal(measurement.size(), circuit.measurement, "a measurement's numbers");
    std::vector<Field> whole;
    for (auto const number : measurement)
        whole.push_back(number < 0 ? Field{} - Field{static_cast<std::uint64_t>(-number)}
                                   : Field{static_cast<std::uint64_t>(number)});
    auto const joint_rand = test::any_numbers<Field>(random, circuit.joint_rand);
    auto const query_rand = test::any_numbers<Field>(random, circuit.query_rand());
    auto proof = flp.prove(whole, test::any_numbers<Field>(random, circuit.prove_rand()), joint_rand);
    test::equal(proof.size(), circuit.proof(), "a proof's numbers");
    if (changed) proof[*changed] += Field{std::uint64_t{1}};
    auto const measurements = split(random, whole);
    auto const proofs = split(random, proof);
    std::vector<Field> verifier(circuit.verifier());
    for (std::size_t i = 0; i < 2; ++i) {
        auto const share = flp.query(measurements[i], proofs[i], query_rand, joint_rand);
        test::equal(share.size(), verifier.size(), "a verifier's numbers");
        for (std::size_t k = 0; k < verifier.size(); ++k) verifier[k] += share[k];
    }
    return flp.decide(verifier);
}

bool holds(Vdaf const& vdaf, std::vector<std::int64_t> const& measurement, std::uint64_t seed,
           std::optional<std::size_t> changed = {}) {
    return vdaf.type == VdafType::count || vdaf.type == VdafType::sum
               ? holds<Field64>(vdaf, measurement, seed, changed)
               : holds<Field128>(vdaf, measurement, seed, changed);
}

constexpr Vdaf sum_to_10{.type = VdafType::sum, .max = 10};
constexpr Vdaf vector_of_2{.type = VdafType::sum_vec, .length = 2, .max = 3, .chunk = 3};
constexpr Vdaf four_buckets{.type = VdafType::histogram, .length = 4, .chunk = 3};
constexpr Vdaf two_of_3{.type = VdafType::multihot_count_vec, .length = 3, .max = 2, .chunk = 2};

constexpr test::Test tests[] = {
    {"proofs of valid measurements hold, of others they don't",
     [] {
         struct Case {
             Vdaf vdaf;
             std::vector<std::int64_t> measurement;
             bool valid;
         };
         auto const seed = test::first_seed("proofs");
         for (auto const& [vdaf, measurement, valid] : {
                  Case{{.type = VdafType::count}, {0}, true},
                  Case{{.type = VdafType::count}, {1}, true},
                  Case{{.type = VdafType::count}, {2}, false},
                  Case{{.type = VdafType::count}, {-1}, false},
                  Case{sum_to_10, {1, 0, 1, 1}, true},
                  Case{sum_to_10, {1, 0, 2, 1}, false},
                  Case{sum_to_10, {0, 0, 0, 3}, false},
                  Case{sum_to_10, {-1, 0, 0, 0}, false},
                  Case{{.type = VdafType::sum, .max = 1}, {1}, true},
                  Case{{.type = VdafType::sum, .max = 1}, {2}, false},
                  Case{vector_of_2, {1, 0, 1, 1}, true},
                  Case{vector_of_2, {1, 0, 1, 2}, false},
                  Case{vector_of_2, {-1, 2, 0, 0}, false},
                  Case{four_buckets, {0, 0, 0, 1}, true},
                  Case{four_buckets, {0, 0, 0, 0}, false},
                  Case{four_buckets, {1, 0, 0, 1}, false},
                  Case{four_buckets, {2, 0, 0, -1}, false},
                  Case{four_buckets, {0, 1000000, 0, 0}, false},
                  Case{two_of_3, {1, 0, 1, 1, 1}, true},
                  Case{two_of_3, {0, 0, 0, 0, 0}, true},
                  Case{two_of_3, {1, 1, 1, 1, 1}, false},
                  Case{two_of_3, {1, 0, 1, 1, 0}, false},
                  Case{two_of_3, {0, 2, 0, 1, 1}, false},
              }) {
             std::string about{text(vdaf.type)};
             for (auto const number : measurement) about += ' ' + std::to_string(number);
             test::equal(holds(vdaf, measurement, seed), valid, about);
         }
     }},
    {"whatever number of a proof is another, it doesn't hold",
     [] {
         auto const seed = test::first_seed("changed proofs");
         for (auto const& [vdaf, measurement] : {std::pair{Vdaf{.type = VdafType::count}, std::vector<std::int64_t>{1}},
                                                 {sum_to_10, {1, 0, 1, 1}},
                                                 {vector_of_2, {1, 0, 1, 1}},
                                                 {four_buckets, {0, 0, 0, 1}},
                                                 {two_of_3, {1, 0, 1, 1, 1}}})
             for (std::size_t i = 0; i < report::circuit_of(vdaf).proof(); ++i)
                 test::check(!holds(vdaf, measurement, seed, i),
                             std::string{text(vdaf.type)} + " " + std::to_string(i));
     }},
    {"a random point that is a root of unity is refused: there a verifier would see an output",
     [] {
         Flp<Field128> const flp{report::circuit_of(four_buckets), 2};
         auto const& circuit = flp.circuit();
         std::vector<Field128> const measurement(circuit.measurement), proof(circuit.proof()),
             joint_rand(circuit.joint_rand);
         std::vector<Field128> query_rand(circuit.query_rand());
         query_rand.back() = report::root_of_unity<Field128>(2);
         test::check(flp.query(measurement, proof, query_rand, joint_rand).empty(), "a node");
         query_rand.back() = report::root_of_unity<Field128>(3);
         test::check(!flp.query(measurement, proof, query_rand, joint_rand).empty(), "between nodes");
     }},
};

}  // namespace

int main() {
    return test::run("report/flp", tests);
}
