#include "crypto/sha2.h"

#include <cstdlib>

#include "psa.h"

namespace kindgate::crypto {

namespace {

// Fails only where the library was built without SHA-256 or without random numbers: nothing could go on.
void demand(bool works) {
    if (!works) std::abort();
}

std::uint8_t const* octets(auto bytes) {
    return reinterpret_cast<std::uint8_t const*>(bytes.data());
}

template <typename Result>
Result hashed(psa_algorithm_t algorithm, std::uint8_t const* bytes, std::size_t size) {
    Result digest{};
    std::size_t length = 0;
    demand(psa_ready() &&
           psa_hash_compute(algorithm, bytes, size, digest.data(), digest.size(), &length) == PSA_SUCCESS);
    return digest;
}

}  // namespace

Digest sha256(std::span<std::byte const> bytes) {
    return hashed<Digest>(PSA_ALG_SHA_256, octets(bytes), bytes.size());
}

Digest sha256(std::string_view text) {
    return sha256(bytes_of(text));
}

Digest sha256(ByteView bytes) {
    return hashed<Digest>(PSA_ALG_SHA_256, bytes.data(), bytes.size());
}

Digest384 sha384(ByteView bytes) {
    return hashed<Digest384>(PSA_ALG_SHA_384, bytes.data(), bytes.size());
}

struct Sha256::Operation {
    psa_hash_operation_t psa = PSA_HASH_OPERATION_INIT;
};

void Sha256::Abort::operator()(Operation* operation) const {
    psa_hash_abort(&operation->psa);
    delete operation;
}

Sha256::Sha256() : operation_(new Operation) {
    demand(psa_ready() && psa_hash_setup(&operation_->psa, PSA_ALG_SHA_256) == PSA_SUCCESS);
}

void Sha256::add(std::string_view piece) {
    demand(psa_hash_update(&operation_->psa, octets(piece), piece.size()) == PSA_SUCCESS);
}

Digest Sha256::finish() && {
    Digest digest{};
    std::size_t length = 0;
    demand(psa_hash_finish(&operation_->psa, digest.data(), digest.size(), &length) == PSA_SUCCESS);
    return digest;
}

}  // namespace kindgate::crypto
