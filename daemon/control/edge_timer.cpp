#include "edge_timer.h"

#include <sys/timerfd.h>

#include <cerrno>
#include <cstdint>

namespace kindgate::control {

namespace {

// A timer must be armed to notice jumps; this one is armed for "never".
constexpr std::chrono::days far{400};

itimerspec specification(Calendar at) {
    auto const since = at.time_since_epoch();
    auto const whole = std::chrono::floor<std::chrono::seconds>(since);
    itimerspec spec{};
    spec.it_value.tv_sec = whole.count();
    spec.it_value.tv_nsec = (since - whole).count();
    return spec;
}

}  // namespace

Result<EdgeTimer> EdgeTimer::create() {
    Descriptor descriptor{timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK)};
    if (!descriptor.open()) return Error::from_errno(errno, "cannot make a timer");
    return EdgeTimer{std::move(descriptor)};
}

Result<EdgeTimer::Outcome> EdgeTimer::arm(std::optional<Calendar> at, std::chrono::seconds offset) {
    auto const machine = std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
    auto when = at ? *at - offset : machine + far;
    // A zero time would disarm it, and the past means "now".
    if (when.time_since_epoch().count() <= 0) when = Calendar{std::chrono::nanoseconds{1}};
    auto const spec = specification(when);
    if (timerfd_settime(descriptor_.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec, nullptr) == 0)
        return Outcome::armed;
    // timerfd_create(2): the timer is armed nevertheless.
    if (errno == ECANCELED) return Outcome::clock_jumped;
    return Error::from_errno(errno, "cannot set the timer for the next edge");
}

EdgeTimer::Reading EdgeTimer::read() {
    std::uint64_t expirations = 0;
    if (::read(descriptor_.get(), &expirations, sizeof expirations) == sizeof expirations) return Reading::expired;
    return errno == ECANCELED ? Reading::clock_jumped : Reading::nothing;
}

}  // namespace kindgate::control
