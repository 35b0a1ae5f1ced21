// A proof of age, whatever its kind: a Privacy Pass token (token.h), an mdoc attestation (mdoc.h). A kind to come, such
// as zero knowledge over an mdoc, has its place here (docs/age.md says why there is none yet).
#pragma once

#include <chrono>
#include <cstdint>

#include "age/trust.h"
#include "age/verdict.h"

namespace kindgate::age {

enum class Kind : std::uint8_t { token, mdoc };
std::string_view text(Kind kind);  // "token", "mdoc"

// What has to be proved.
struct Question {
    std::uint8_t min_age = 0;  // years, 1 to 120; 0: none, only that the proof holds
    std::chrono::sys_seconds now{};
};

class Proof {
public:
    virtual ~Proof() = default;
    virtual Kind kind() const = 0;
    // Pure: the same proof, trust and question have the same verdict. That it was shown before is for others to know.
    virtual Verdict check(Trust const& trust, Question const& question) const = 0;
};

}  // namespace kindgate::age
