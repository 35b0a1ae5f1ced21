// One HPKE configuration, read, written and understood.
#pragma once

#include "report/hpke_config.h"
#include "wire.h"

namespace kindgate::report {

HpkeConfig read_hpke_config(Reader& reader);
void write(Writer& writer, HpkeConfig const& config);

// None: a KEM that nobody here knows.
std::optional<crypto::Curve> curve_of(std::uint16_t kem);
// Octets of a public key, which are those of an encapsulated secret, too (RFC 9180, 7.1).
std::size_t key_size(crypto::Curve curve);
// Where its algorithms have to be known: invalid_input if they aren't.
Result<crypto::hpke::Suite> suite_of(HpkeConfig const& config);

}  // namespace kindgate::report
