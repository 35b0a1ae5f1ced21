// What clients and aggregators derive alike (draft-irtf-cfrg-vdaf, 7.2.6), and what a Prio3 is made of.
#pragma once

#include <variant>

#include "flp.h"
#include "report/prio3.h"
#include "xof.h"

namespace kindgate::report {

struct Prio3::Parts {
    std::variant<Flp<Field64>, Flp<Field128>> flp;
    std::size_t aggregators;

    Circuit const& circuit() const {
        return std::visit([](auto const& one) -> Circuit const& { return one.circuit(); }, flp);
    }
};

inline constexpr std::size_t seed_size = std::tuple_size_v<Seed>;
// One proof a report, as all of the draft's Prio3 types have it.
inline constexpr std::uint8_t proofs = 1;

// Of one report.
template <typename Field>
class Derivation {
public:
    using Numbers = std::vector<Field>;

    Derivation(Flp<Field> const& flp, ByteView context, Nonce const& nonce)
        : circuit_(flp.circuit()), tag_(circuit_.vdaf.type, context), nonce_(nonce) {}

    Numbers measurement_share(std::size_t aggregator, ByteView seed) {
        return numbers(seed, Usage::measurement_share, circuit_.measurement, {octet(aggregator)});
    }
    Numbers proof_share(std::size_t aggregator, ByteView seed) {
        return numbers(seed, Usage::proof_share, circuit_.proof(), {proofs, octet(aggregator)});
    }
    Numbers prove_rand(ByteView seed) {
        return numbers(seed, Usage::prove_randomness, circuit_.prove_rand(), {proofs});
    }
    Numbers query_rand(VerifyKey const& key) {
        Xof xof{key, tag_.of(Usage::query_randomness)};
        xof.bind(proofs);
        xof.bind(nonce_);
        Numbers made(circuit_.query_rand());
        xof.next(std::span{made});
        return made;
    }
    Numbers joint_rand(Seed const& seed) {
        return numbers(seed, Usage::joint_randomness, circuit_.joint_rand, {proofs});
    }
    // `measurement_share`: encoded.
    Seed joint_rand_part(std::size_t aggregator, ByteView blind, ByteView measurement_share) {
        Xof xof{blind, tag_.of(Usage::joint_rand_part)};
        xof.bind(octet(aggregator));
        xof.bind(nonce_);
        xof.bind(measurement_share);
        return xof.next_seed();
    }
    // `parts`: all, one after the other.
    Seed joint_rand_seed(ByteView parts) {
        Xof xof{Seed{}, tag_.of(Usage::joint_rand_seed)};
        xof.bind(parts);
        return xof.next_seed();
    }

private:
    static std::uint8_t octet(std::size_t aggregator) { return static_cast<std::uint8_t>(aggregator); }

    Numbers numbers(ByteView seed, Usage usage, std::size_t count, std::initializer_list<std::uint8_t> binder) {
        Xof xof{seed, tag_.of(usage)};
        xof.bind(ByteView{binder});
        Numbers made(count);
        xof.next(std::span{made});
        return made;
    }

    Circuit const& circuit_;
    DomainTag tag_;
    Nonce const& nonce_;
};

inline Result<void> check_context(ByteView context) {
    if (context.size() <= max_context) return {};
    return Error{ErrorCode::invalid_input, "the context is longer than 65,527 octets: take its digest"};
}

}  // namespace kindgate::report
