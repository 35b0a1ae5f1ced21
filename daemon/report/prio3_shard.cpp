// The client's part of Prio3 (draft-irtf-cfrg-vdaf, 7.2.1).
#include <fmt/format.h>

#include "prio3_parts.h"

namespace kindgate::report {

namespace {

// The random octets in the order in which the draft spends them: each helper's share, with its blind where there is
// joint randomness; then the leader's blind; at last what the proof is made with.
class Seeds {
public:
    Seeds(ByteView random, bool joint, std::size_t helpers)
        : random_(random), each_(joint ? 2 : 1), helpers_(helpers) {}

    // `helper` counts from 1, as aggregators do.
    ByteView share(std::size_t helper) const { return at((helper - 1) * each_); }
    // What the helper gets: share and blind.
    ByteView input_share(std::size_t helper) const {
        return random_.subspan((helper - 1) * each_ * seed_size, each_ * seed_size);
    }
    ByteView blind(std::size_t aggregator) const {
        return at(aggregator == 0 ? helpers_ * each_ : (aggregator - 1) * each_ + 1);
    }
    ByteView prove() const { return random_.last(seed_size); }

private:
    ByteView at(std::size_t index) const { return random_.subspan(index * seed_size, seed_size); }

    ByteView random_;
    std::size_t each_;
    std::size_t helpers_;
};

template <typename Field>
void subtract(std::vector<Field>& from, std::vector<Field> const& numbers) {
    for (std::size_t i = 0; i < from.size(); ++i) from[i] -= numbers[i];
}

void append(Bytes& to, ByteView bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

template <typename Field>
Shares shard(Flp<Field> const& flp, Derivation<Field> derive, std::span<std::uint8_t const> bits, Seeds const& seeds,
             std::size_t aggregators) {
    bool const joint = flp.circuit().joint_rand != 0;
    std::vector<Field> measurement;
    measurement.reserve(bits.size());
    for (auto const bit : bits) measurement.push_back(Field{std::uint64_t{bit}});
    Bytes parts(joint ? seed_size : 0);  // the leader's, once its share is known
    auto leader = measurement;
    for (std::size_t helper = 1; helper < aggregators; ++helper) {
        auto const share = derive.measurement_share(helper, seeds.share(helper));
        subtract(leader, share);
        if (joint) append(parts, derive.joint_rand_part(helper, seeds.blind(helper), encoded(share)));
    }
    Shares made{.public_share = {}, .input_shares = {encoded(leader)}};
    auto& input = made.input_shares[0];
    std::vector<Field> joint_rand;
    if (joint) {
        std::ranges::copy(derive.joint_rand_part(0, seeds.blind(0), input), parts.begin());
        joint_rand = derive.joint_rand(derive.joint_rand_seed(parts));
    }
    auto proof = flp.prove(measurement, derive.prove_rand(seeds.prove()), joint_rand);
    for (std::size_t helper = 1; helper < aggregators; ++helper)
        subtract(proof, derive.proof_share(helper, seeds.share(helper)));
    append(input, encoded(proof));
    if (joint) append(input, seeds.blind(0));
    for (std::size_t helper = 1; helper < aggregators; ++helper) {
        auto const share = seeds.input_share(helper);
        made.input_shares.emplace_back(share.begin(), share.end());
    }
    made.public_share = std::move(parts);
    return made;
}

}  // namespace

Result<Prio3> Prio3::create(Vdaf const& vdaf, std::size_t aggregators) {
    KG_TRY(check(vdaf));
    if (aggregators < 2 || aggregators > 255)
        return Error{ErrorCode::invalid_input,
                     fmt::format("{}: there are 2 to 255 aggregators, not {}", text(vdaf.type), aggregators)};
    auto const circuit = circuit_of(vdaf);
    if (vdaf.type == VdafType::count || vdaf.type == VdafType::sum)
        return Prio3{std::make_shared<Parts const>(Flp<Field64>{circuit, aggregators}, aggregators)};
    return Prio3{std::make_shared<Parts const>(Flp<Field128>{circuit, aggregators}, aggregators)};
}

Vdaf const& Prio3::vdaf() const {
    return parts_->circuit().vdaf;
}

std::size_t Prio3::random_size() const {
    return parts_->aggregators * (parts_->circuit().joint_rand != 0 ? 2 : 1) * seed_size;
}

Result<Shares> Prio3::shard(ByteView context, std::span<std::uint64_t const> measurement, Nonce const& nonce,
                            ByteView random) const {
    KG_TRY(check_context(context));
    if (random.size() != random_size())
        return Error{ErrorCode::invalid_input,
                     fmt::format("{} takes {} random octets, not {}", text(vdaf().type), random_size(), random.size())};
    auto const& circuit = parts_->circuit();
    auto const bits = KG_TRY(encode(circuit, measurement));
    auto const aggregators = parts_->aggregators;
    Seeds const seeds{random, circuit.joint_rand != 0, aggregators - 1};
    return std::visit(
        [&](auto const& flp) { return report::shard(flp, Derivation{flp, context, nonce}, bits, seeds, aggregators); },
        parts_->flp);
}

}  // namespace kindgate::report
