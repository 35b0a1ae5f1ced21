#include "control/clock.h"

#include <sys/timex.h>

namespace kindgate::control {

Moment SystemClock::now() const {
    Moment moment;
    moment.steady = Steady::now();
    moment.calendar =
        std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now()) + offset_;
    return moment;
}

bool SystemClock::synchronised() const {
    timex state{};
    auto const answer = adjtimex(&state);
    return answer >= 0 && answer != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

}  // namespace kindgate::control
