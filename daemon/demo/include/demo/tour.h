// Both kinds of proof from beginning to end in one process, told for people: who has which octets at each step, and
// what a gate refuses. Nothing is played: issuer, wallet and gate are the ones of this folder and of age/.
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"

namespace kindgate::demo {

struct Tour {
    std::string text;      // at most 80 columns
    bool as_told = false;  // each verdict was the one that the text leads one to expect
};

// `now`: by the clocks of issuer and wallet; `at_gate`: by the gate's. Makes new keys, so it takes a second.
Result<Tour> take_tour(std::chrono::sys_seconds now, std::chrono::sys_seconds at_gate);

}  // namespace kindgate::demo
