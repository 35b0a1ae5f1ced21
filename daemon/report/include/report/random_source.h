// Where random octets come from. The samplers take them from whoever puts the parts together: the daemon gives the
// system's generator, tests and simulations a stream that a seed settles.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.h"

namespace kindgate::report {

// One thread at a time.
class RandomSource {
public:
    RandomSource() = default;
    RandomSource(RandomSource const&) = delete;
    RandomSource& operator=(RandomSource const&) = delete;
    virtual ~RandomSource() = default;

    virtual void fill(std::span<std::uint8_t> octets) = 0;
};

// What released numbers and reports have to be drawn from: the system's generator. No random numbers: the program ends.
class SystemRandom final : public RandomSource {
public:
    void fill(std::span<std::uint8_t> octets) override;
};

// The same octets for the same seed and use: XofTurboShake128 (draft-irtf-cfrg-vdaf-20, 6.2.1) with the use as its
// domain separation tag. As good as its seed: at most 255 octets, 32 fresh ones where it has to be secret.
class SeededRandom final : public RandomSource {
public:
    explicit SeededRandom(ByteView seed, ByteView use = {});
    ~SeededRandom() override;

    void fill(std::span<std::uint8_t> octets) override;

private:
    struct Stream;
    std::unique_ptr<Stream> stream_;
};

}  // namespace kindgate::report
