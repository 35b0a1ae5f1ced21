// Prio3 (draft-irtf-cfrg-vdaf-20, 7): a client shards a measurement into shares that tell nothing alone; the
// aggregators verify together, from shares of a proof, that it is a valid one, and add up what they have; the sums of
// all of them give the sum of the measurements. Everything that is sent is octets, encoded as 7.2.7 has it.
//
//   client:        shard()
//   aggregators:   verify_init(), then to each other; verifier_message(); verify_next(); add()
//   collector:     unshard()
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "report/vdaf.h"

namespace kindgate::report {

using VerifyKey = Seed;  // the aggregators' common secret

struct Shares {
    Bytes public_share;               // for all aggregators
    std::vector<Bytes> input_shares;  // one each; the first is the leader's
};

// What an aggregator keeps until it has the verifier message.
struct VerifyState {
    Bytes output_share;
    std::optional<Seed> joint_rand_seed{};
};

struct VerifyStart {
    VerifyState state;
    Bytes verifier_share;  // for the other aggregators
};

// Copies share what is computed once. Good for several threads.
class Prio3 {
public:
    // `aggregators`: 2 to 255. Parameters that check() refuses: invalid_input.
    static Result<Prio3> create(Vdaf const& vdaf, std::size_t aggregators = 2);

    Vdaf const& vdaf() const;
    std::size_t random_size() const;  // what shard() takes, octets
    std::size_t input_share_size(std::size_t aggregator) const;
    std::size_t public_share_size() const;

    // 7.2.1. `random`: fresh for each report, and so is the nonce. `context`: what the application binds reports to, at
    // most max_context octets. A measurement that the VDAF doesn't take: invalid_input.
    Result<Shares> shard(ByteView context, std::span<std::uint64_t const> measurement, Nonce const& nonce,
                         ByteView random) const;

    // 7.2.2. Shares of another size or that hold no numbers of the field: invalid_input.
    Result<VerifyStart> verify_init(VerifyKey const& key, ByteView context, std::size_t aggregator, Nonce const& nonce,
                                    ByteView public_share, ByteView input_share) const;
    // All aggregators' verifier shares, in their order. The measurement is no valid one: invalid_input.
    Result<Bytes> verifier_message(ByteView context, std::span<Bytes const> verifier_shares) const;
    // The output share. The client gave the aggregators different randomness: invalid_input.
    Result<Bytes> verify_next(VerifyState state, ByteView verifier_message) const;

    // 7.2.4: an aggregate share of no report, and one with an output share, or another aggregate share, more.
    Bytes empty_aggregate() const;
    Result<void> add(Bytes& aggregate, ByteView share) const;

    // 7.2.5: one number for Count and Sum, else `length`. More than 64 bits: invalid_input.
    Result<std::vector<std::uint64_t>> unshard(std::span<Bytes const> aggregate_shares) const;

private:
    struct Parts;
    explicit Prio3(std::shared_ptr<Parts const> parts) : parts_(std::move(parts)) {}

    std::shared_ptr<Parts const> parts_;
};

}  // namespace kindgate::report
