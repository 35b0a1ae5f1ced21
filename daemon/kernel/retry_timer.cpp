#include "retry_timer.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace kindgate::kernel {

namespace {

constexpr std::chrono::milliseconds first_pause{50};
constexpr std::chrono::milliseconds longest_pause{1000};

bool add(int both, int descriptor) {
    epoll_event event{};
    event.events = EPOLLIN;
    return epoll_ctl(both, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

}  // namespace

Result<RetryTimer> RetryTimer::beside(int events) {
    RetryTimer timer{epoll_create1(EPOLL_CLOEXEC), timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)};
    if (timer.both_ < 0 || timer.timer_ < 0 || !add(timer.both_, events) || !add(timer.both_, timer.timer_))
        return Error::from_errno(errno, "making a timer for what has to be tried again");
    return timer;
}

RetryTimer::~RetryTimer() {
    if (both_ >= 0) close(both_);
    if (timer_ >= 0) close(timer_);
}

void RetryTimer::failed() {
    pause_ = pause_.count() == 0 ? first_pause : std::min(pause_ * 2, longest_pause);
    set(pause_);
}

void RetryTimer::done() {
    pause_ = {};
    set(pause_);
}

// Also takes away that it was due. Fails for wrong arguments only.
void RetryTimer::set(std::chrono::milliseconds in) const {
    itimerspec spec{};
    spec.it_value.tv_sec = in.count() / 1000;
    spec.it_value.tv_nsec = in.count() % 1000 * 1'000'000;
    static_cast<void>(timerfd_settime(timer_, 0, &spec, nullptr));
}

}  // namespace kindgate::kernel
