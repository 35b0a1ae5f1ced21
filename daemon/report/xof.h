// XofTurboShake128 (draft-irtf-cfrg-vdaf, 6.2.1): octets and field elements without end from a seed, for one use.
#pragma once

#include "field.h"
#include "report/vdaf.h"
#include "turboshake.h"

namespace kindgate::report {

// What an output is for, 7.2.
enum class Usage : std::uint8_t {
    measurement_share = 1,
    proof_share = 2,
    joint_randomness = 3,
    prove_randomness = 4,
    query_randomness = 5,
    joint_rand_seed = 6,
    joint_rand_part = 7,
};

// The domain separation tag, 6.2.3: the draft's wire version, that this is a VDAF, which, the usage, and the
// application's context.
class DomainTag {
public:
    // `context`: at most max_context octets.
    DomainTag(VdafType type, ByteView context);
    ByteView of(Usage usage);

private:
    Bytes bytes_;
};

class Xof {
public:
    // `tag`: at most 65,535 octets.
    Xof(ByteView seed, ByteView tag);

    // What the output is bound to; in pieces, before the first next().
    void bind(ByteView piece) { shake_.absorb(piece); }
    void bind(std::uint8_t octet) { shake_.absorb({&octet, 1}); }

    void next(std::span<std::uint8_t> octets) { shake_.squeeze(octets); }
    Seed next_seed() {
        Seed seed;
        next(seed);
        return seed;
    }
    // 6.2, next_vec: what isn't below the modulus is passed over.
    template <typename Field>
    void next(std::span<Field> numbers) {
        std::array<std::uint8_t, Field::size> octets{};
        for (auto& number : numbers) {
            do shake_.squeeze(octets);
            while (!number.decode(octets.data()));
        }
    }

private:
    TurboShake128 shake_;
};

}  // namespace kindgate::report
