// How long is waited: until a deadline, or until somebody says to stop.
#pragma once

#include <chrono>

namespace kindgate::https {

struct Patience {
    std::chrono::steady_clock::time_point until;
    int stop = -1;  // a descriptor that can be read once nobody waits any more; -1: none
};

// `descriptor` is ready for `what` (poll(2)), or in error. False: patience is at its end.
bool wait_for(int descriptor, short what, Patience const& patience);

}  // namespace kindgate::https
