// What reports cost: report_bench ROUNDS prints one line of JSON. Sharding a 100-bucket histogram beside the
// permutations and multiplications that it can't do without, in turn, on one core; its verification; a household's
// small table from the measurement to both sums; and the heap that each takes, at most and afterwards.
#include <bit>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "circuit.h"
#include "field.h"
#include "measured.h"
#include "report/upload.h"
#include "turboshake.h"

namespace {

using namespace kindgate;  // NOLINT(google-build-using-namespace)
using measured::each;
using measured::need;
using report::Circuit;
using report::Field128;
using report::Prio3;
using report::Vdaf;
using report::VdafType;

constexpr std::size_t context_size = 38;  // "dap-18" and a task's id
constexpr std::size_t seed_size = 32;

// TurboSHAKE's blocks have 168 octets; the message ends with one of padding at least, and gives the first block.
std::size_t permutations(std::size_t bound, std::size_t given) {
    auto const message = 2 + report::tag_head + context_size + 1 + seed_size + bound;
    return message / 168 + (given + 167) / 168;
}

// A client's, with two aggregators: each line is a use of the XOF.
std::size_t shard_permutations(Circuit const& circuit) {
    auto const octets = [](std::size_t numbers) { return numbers * Field128::size; };
    return permutations(1, octets(circuit.measurement)) + permutations(2, octets(circuit.proof())) +
           2 * permutations(1 + sizeof(report::Nonce) + octets(circuit.measurement), seed_size) +
           permutations(2 * seed_size, seed_size) + permutations(1, octets(circuit.joint_rand)) +
           permutations(1, octets(circuit.prove_rand()));
}

// The wires' values, two transforms for each, and the products of pairs at twice as many points.
std::size_t shard_multiplications(Circuit const& circuit) {
    auto const pairs = circuit.arity / 2;
    auto const steps = static_cast<std::size_t>(std::countr_zero(circuit.nodes));
    auto const transform = circuit.nodes / 2 * steps - (circuit.nodes - 1);
    return pairs * circuit.calls * 2 + circuit.arity * (2 * transform + circuit.nodes) + pairs * 2 * circuit.nodes;
}

// A whole report, sealed for X25519 keys.
std::size_t sealed_octets(Vdaf const& vdaf) {
    report::Task task;
    task.info = {'t'};
    task.vdaf = report::VdafConfig::of(vdaf);
    auto const key = crypto::AgreementKey::at_random(crypto::Curve::x25519);
    report::Recipient const recipient{
        report::hpke_config(1, {crypto::Curve::x25519, crypto::Aead::aes_128_gcm}, key.public_key()), key};
    std::uint64_t const bucket = 2;
    Bytes const random(need(Prio3::create(vdaf)).random_size(), 9);
    return need(report::make_report(task, {&bucket, 1}, {}, random, recipient, recipient)).encoded().size();
}

struct Figures {
    std::vector<double> whole;
    std::vector<double> permutations;
    std::vector<double> multiplications;
    std::size_t heap = 0;
    std::ptrdiff_t left = 0;
};

// What a client, both aggregators and nobody else know of one report.
struct Household {
    Prio3 prio3;
    Bytes context = Bytes(context_size, 7);
    report::Nonce nonce{};
    report::VerifyKey key{};
    Bytes random;
    std::uint64_t bucket = 2;
    std::vector<Bytes> sums{};

    explicit Household(Vdaf const& vdaf) : prio3(need(Prio3::create(vdaf))), random(prio3.random_size(), 9) {
        sums.assign(2, prio3.empty_aggregate());
    }
    report::Shares shard() {
        ++random[0];
        return need(prio3.shard(context, {&bucket, 1}, nonce, random));
    }
    void verify(report::Shares const& shares) {
        std::vector<report::VerifyState> states;
        std::vector<Bytes> verifier_shares;
        for (std::size_t id = 0; id < 2; ++id) {
            auto start = need(prio3.verify_init(key, context, id, nonce, shares.public_share, shares.input_shares[id]));
            states.push_back(std::move(start.state));
            verifier_shares.push_back(std::move(start.verifier_share));
        }
        auto const message = need(prio3.verifier_message(context, verifier_shares));
        for (std::size_t id = 0; id < 2; ++id)
            need(prio3.add(sums[id], need(prio3.verify_next(std::move(states[id]), message))).ok(), "no sum");
    }
};

template <typename Whole>
Figures measure(unsigned rounds, unsigned calls, Whole whole, std::size_t permutations, std::size_t multiplications) {
    Figures figures;
    std::tie(figures.heap, figures.left) = measured::heap_of(whole);
    report::KeccakState state{};
    std::vector<Field128> numbers(64, Field128{~std::uint64_t{0}});
    for (unsigned i = 0; i < rounds; ++i) {
        figures.whole.push_back(each(calls, whole));
        figures.permutations.push_back(each(calls, [&] {
            for (std::size_t k = 0; k < permutations; ++k) report::permute(state);
        }));
        figures.multiplications.push_back(each(calls, [&] {
            for (std::size_t k = 0; k < multiplications; ++k) numbers[k % 64] *= numbers[(k + 1) % 64];
        }));
    }
    // So that nobody leaves out what isn't asked for.
    need((permutations == 0 || state[0] != 0) && numbers[0] != Field128{}, "nothing was computed");
    return figures;
}

std::string as_json(Figures const& figures) {
    return fmt::format(R"({{"whole":[{:.2f}],"permutations":[{:.2f}],"multiplications":[{:.2f}],"heap":{},"left":{}}})",
                       fmt::join(figures.whole, ","), fmt::join(figures.permutations, ","),
                       fmt::join(figures.multiplications, ","), figures.heap, figures.left);
}

}  // namespace

int main(int argc, char** argv) {
    auto const rounds = argc > 1 ? static_cast<unsigned>(std::strtoul(argv[1], nullptr, 10)) : 5U;
    need(rounds >= 1 && rounds <= 1000, "usage: report_bench ROUNDS (1 to 1000)");
    Vdaf const hundred{.type = VdafType::histogram, .length = 100, .chunk = 10};
    Household large{hundred};
    Household small{{.type = VdafType::histogram, .length = 10, .chunk = 3}};
    auto const circuit = report::circuit_of(hundred);
    auto const shares = large.shard();
    auto const shard =
        measure(rounds, 1000, [&] { large.shard(); }, shard_permutations(circuit), shard_multiplications(circuit));
    auto const verify = measure(rounds, 1000, [&] { large.verify(shares); }, 0, 0);
    auto const household = measure(rounds, 2000, [&] { small.verify(small.shard()); }, 0, 0);
    fmt::print(R"({{"shard":{},"verify":{},"household":{},"octets":{},"sealed":{}}})"
               "\n",
               as_json(shard), as_json(verify), as_json(household),
               shares.public_share.size() + shares.input_shares[0].size() + shares.input_shares[1].size(),
               sealed_octets(hundred));
}
