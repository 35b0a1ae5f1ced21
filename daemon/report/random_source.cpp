#include "report/random_source.h"

#include "crypto/secret.h"
#include "xof.h"

namespace kindgate::report {

void SystemRandom::fill(std::span<std::uint8_t> octets) {
    crypto::fill_at_random(octets);
}

struct SeededRandom::Stream {
    Xof xof;
};

SeededRandom::SeededRandom(ByteView seed, ByteView use) : stream_(std::make_unique<Stream>(Xof{seed, use})) {}
SeededRandom::~SeededRandom() = default;

void SeededRandom::fill(std::span<std::uint8_t> octets) {
    stream_->xof.next(octets);
}

}  // namespace kindgate::report
