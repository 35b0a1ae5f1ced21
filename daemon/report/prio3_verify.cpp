// What the aggregators and the collector do in Prio3 (draft-irtf-cfrg-vdaf, 7.2.2 to 7.2.5).
#include <cassert>

#include <fmt/format.h>

#include "prio3_parts.h"

namespace kindgate::report {

namespace {

constexpr auto no_number = "a number is none of its field";

std::size_t field_size(Circuit const& circuit) {
    return circuit.vdaf.type == VdafType::count || circuit.vdaf.type == VdafType::sum ? Field64::size : Field128::size;
}

Error refused(Circuit const& circuit, std::string_view what) {
    return {ErrorCode::invalid_input, fmt::format("{}: {}", text(circuit.vdaf.type), what)};
}

Result<void> check_size(Circuit const& circuit, std::string_view what, ByteView bytes, std::size_t size) {
    if (bytes.size() == size) return {};
    return refused(circuit, fmt::format("{} has {} octets, not {}", what, bytes.size(), size));
}

// An input share as an aggregator has it: the leader's as it is sent, a helper's derived.
template <typename Field>
struct Opened {
    std::vector<Field> measurement;
    std::vector<Field> proof;
    Bytes encoded_measurement;  // only with joint randomness
    ByteView blind{};
};

// The sizes are checked. None: a number is none of the field.
template <typename Field>
std::optional<Opened<Field>> opened(Circuit const& circuit, Derivation<Field>& derive, std::size_t aggregator,
                                    ByteView share) {
    bool const joint = circuit.joint_rand != 0;
    Opened<Field> made;
    if (joint) made.blind = share.last(seed_size);
    if (aggregator != 0) {
        auto const seed = share.first(seed_size);
        made.measurement = derive.measurement_share(aggregator, seed);
        made.proof = derive.proof_share(aggregator, seed);
        if (joint) made.encoded_measurement = encoded(made.measurement);
        return made;
    }
    auto const measurement = share.first(circuit.measurement * Field::size);
    made.measurement.resize(circuit.measurement);
    made.proof.resize(circuit.proof());
    if (!decode(measurement, std::span{made.measurement}) ||
        !decode(share.subspan(measurement.size(), circuit.proof() * Field::size), std::span{made.proof}))
        return std::nullopt;
    if (joint) made.encoded_measurement.assign(measurement.begin(), measurement.end());
    return made;
}

// The sum of shares, each of so many numbers at its front. None: a number is none of the field.
template <typename Field>
std::optional<std::vector<Field>> sum_of(std::span<Bytes const> shares, std::size_t count) {
    std::vector<Field> sum(count);
    for (auto const& share : shares)
        for (std::size_t i = 0; i < count; ++i) {
            Field number;
            if (!number.decode(&share[i * Field::size])) return std::nullopt;
            sum[i] += number;
        }
    return sum;
}

template <typename Field>
Result<VerifyStart> start(Flp<Field> const& flp, Derivation<Field> derive, VerifyKey const& key, std::size_t aggregator,
                          ByteView public_share, ByteView input_share) {
    auto const& circuit = flp.circuit();
    auto const share = opened(circuit, derive, aggregator, input_share);
    if (!share) return refused(circuit, fmt::format("the input share: {}", no_number));
    VerifyStart made;
    Seed part;
    std::vector<Field> joint_rand;
    if (circuit.joint_rand != 0) {
        // The client's word for the other aggregators' parts, its own for this one's.
        Bytes parts{public_share.begin(), public_share.end()};
        part = derive.joint_rand_part(aggregator, share->blind, share->encoded_measurement);
        std::ranges::copy(part, parts.begin() + static_cast<std::ptrdiff_t>(aggregator * seed_size));
        made.state.joint_rand_seed = derive.joint_rand_seed(parts);
        joint_rand = derive.joint_rand(*made.state.joint_rand_seed);
    }
    auto const verifier = flp.query(share->measurement, share->proof, derive.query_rand(key), joint_rand);
    if (verifier.empty()) return refused(circuit, "the random point of the check is a root of unity");
    made.verifier_share = encoded(verifier);
    if (circuit.joint_rand != 0) made.verifier_share.insert(made.verifier_share.end(), part.begin(), part.end());
    std::vector<Field> output(circuit.output);
    flp.truncate(share->measurement, output);
    made.state.output_share = encoded(output);
    return made;
}

}  // namespace

std::size_t Prio3::public_share_size() const {
    return parts_->circuit().joint_rand != 0 ? parts_->aggregators * seed_size : 0;
}

std::size_t Prio3::input_share_size(std::size_t aggregator) const {
    auto const& circuit = parts_->circuit();
    auto const blind = circuit.joint_rand != 0 ? seed_size : 0;
    return blind + (aggregator != 0 ? seed_size : (circuit.measurement + circuit.proof()) * field_size(circuit));
}

Result<VerifyStart> Prio3::verify_init(VerifyKey const& key, ByteView context, std::size_t aggregator,
                                       Nonce const& nonce, ByteView public_share, ByteView input_share) const {
    KG_TRY(check_context(context));
    auto const& circuit = parts_->circuit();
    assert(aggregator < parts_->aggregators);
    KG_TRY(check_size(circuit, "the public share", public_share, public_share_size()));
    KG_TRY(check_size(circuit, "the input share", input_share, input_share_size(aggregator)));
    return std::visit(
        [&](auto const& flp) {
            return start(flp, Derivation{flp, context, nonce}, key, aggregator, public_share, input_share);
        },
        parts_->flp);
}

Result<Bytes> Prio3::verifier_message(ByteView context, std::span<Bytes const> verifier_shares) const {
    KG_TRY(check_context(context));
    auto const& circuit = parts_->circuit();
    if (verifier_shares.size() != parts_->aggregators)
        return refused(
            circuit, fmt::format("{} verifier shares of {} aggregators", verifier_shares.size(), parts_->aggregators));
    bool const joint = circuit.joint_rand != 0;
    auto const size = circuit.verifier() * field_size(circuit) + (joint ? seed_size : 0);
    Bytes parts;
    for (auto const& share : verifier_shares) {
        KG_TRY(check_size(circuit, "a verifier share", share, size));
        if (joint) parts.insert(parts.end(), share.end() - seed_size, share.end());
    }
    return std::visit(
        [&]<typename Field>(Flp<Field> const& flp) -> Result<Bytes> {
            auto const verifier = sum_of<Field>(verifier_shares, circuit.verifier());
            if (!verifier) return refused(circuit, fmt::format("a verifier share: {}", no_number));
            if (!flp.decide(*verifier)) return refused(circuit, "the proof doesn't hold: the report is not counted");
            if (!joint) return Bytes{};
            auto const seed = Derivation{flp, context, Nonce{}}.joint_rand_seed(parts);
            return Bytes{seed.begin(), seed.end()};
        },
        parts_->flp);
}

Result<Bytes> Prio3::verify_next(VerifyState state, ByteView verifier_message) const {
    auto const& expected = state.joint_rand_seed;
    if (expected ? !std::ranges::equal(verifier_message, *expected) : !verifier_message.empty())
        return refused(parts_->circuit(),
                       "the joint randomness is another than the client's: the report is not counted");
    return std::move(state.output_share);
}

Bytes Prio3::empty_aggregate() const {
    auto const& circuit = parts_->circuit();
    return Bytes(circuit.output * field_size(circuit));
}

Result<void> Prio3::add(Bytes& aggregate, ByteView share) const {
    auto const& circuit = parts_->circuit();
    auto const size = circuit.output * field_size(circuit);
    KG_TRY(check_size(circuit, "the aggregate share", aggregate, size));
    KG_TRY(check_size(circuit, "the share to add", share, size));
    return std::visit(
        [&]<typename Field>(Flp<Field> const&) -> Result<void> {
            for (std::size_t at = 0; at < size; at += Field::size) {
                Field sum;
                Field number;
                if (!sum.decode(&aggregate[at]) || !number.decode(&share[at])) return refused(circuit, no_number);
                (sum + number).encode(&aggregate[at]);
            }
            return {};
        },
        parts_->flp);
}

Result<std::vector<std::uint64_t>> Prio3::unshard(std::span<Bytes const> aggregate_shares) const {
    auto const& circuit = parts_->circuit();
    if (aggregate_shares.size() != parts_->aggregators)
        return refused(circuit, fmt::format("{} aggregate shares of {} aggregators", aggregate_shares.size(),
                                            parts_->aggregators));
    for (auto const& share : aggregate_shares)
        KG_TRY(check_size(circuit, "an aggregate share", share, circuit.output * field_size(circuit)));
    return std::visit(
        [&]<typename Field>(Flp<Field> const&) -> Result<std::vector<std::uint64_t>> {
            auto const sum = sum_of<Field>(aggregate_shares, circuit.output);
            if (!sum) return refused(circuit, fmt::format("an aggregate share: {}", no_number));
            std::vector<std::uint64_t> result;
            for (auto const& number : *sum) {
                if (!number.fits_64_bits())
                    return refused(circuit, "the sum is no count: the shares don't belong together");
                result.push_back(number.low());
            }
            return result;
        },
        parts_->flp);
}

}  // namespace kindgate::report
