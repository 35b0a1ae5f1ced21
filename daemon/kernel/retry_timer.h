// Wakes whoever polls for a socket's events also when something that failed is due to be tried again. So a retry needs
// no loop: the one descriptor that is polled becomes readable.
#pragma once

#include <chrono>
#include <utility>

#include "base/result.h"

namespace kindgate::kernel {

class RetryTimer {
public:
    // `events` stays its owner's and has to outlive this.
    static Result<RetryTimer> beside(int events);
    RetryTimer(RetryTimer&& other) noexcept
        : both_(std::exchange(other.both_, -1)), timer_(std::exchange(other.timer_, -1)), pause_(other.pause_) {}
    RetryTimer& operator=(RetryTimer&&) = delete;
    RetryTimer(RetryTimer const&) = delete;
    RetryTimer& operator=(RetryTimer const&) = delete;
    ~RetryTimer();

    // Readable while `events` is, or a retry is due.
    int descriptor() const { return both_; }

    // Due in 50 ms, the next time in twice as long, at most a second. Until then, or done(), a retry is not due.
    void failed();
    void done();

private:
    RetryTimer(int both, int timer) : both_(both), timer_(timer) {}
    void set(std::chrono::milliseconds in) const;

    int both_;
    int timer_;
    std::chrono::milliseconds pause_{0};
};

}  // namespace kindgate::kernel
