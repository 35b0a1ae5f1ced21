// A timer on the calendar that also notices when the calendar jumps: timerfd with TFD_TIMER_CANCEL_ON_SET. No test sets
// a machine's clock: the kernel's answer to that, ECANCELED, is made by a filter in edge_timer_test.
#pragma once

#include <chrono>
#include <optional>

#include "base/descriptor.h"
#include "base/result.h"
#include "control/clock.h"

namespace kindgate::control {

class EdgeTimer {
public:
    static Result<EdgeTimer> create();

    int descriptor() const { return descriptor_.get(); }

    enum class Outcome : std::uint8_t { armed, clock_jumped };
    // Readable at `at` of the daemon's calendar (the machine's clock is `offset` behind it), or when the machine's
    // clock is set. Without `at` only the latter. Says so if the clock was set since the timer was last read.
    Result<Outcome> arm(std::optional<Calendar> at, std::chrono::seconds offset);

    enum class Reading : std::uint8_t { nothing, expired, clock_jumped };
    Reading read();

private:
    explicit EdgeTimer(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

    Descriptor descriptor_;
};

}  // namespace kindgate::control
