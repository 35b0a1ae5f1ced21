// The two clocks that control reads, always together: the calendar (may jump) and the steady clock (never does).
#pragma once

#include <chrono>

#include "kernel/table.h"
#include "policy/model.h"

namespace kindgate::control {

using Calendar = std::chrono::sys_time<std::chrono::nanoseconds>;
using kernel::Steady;

// Both clocks at one moment. The steady one is read first: what is computed from the pair is at most too early by the
// time between the two reads, never too late.
struct Moment {
    Steady::time_point steady;
    Calendar calendar;

    policy::Instant instant() const { return std::chrono::floor<std::chrono::seconds>(calendar); }
    // The steady time of a calendar instant, rounded down to a millisecond from `steady`: a lease never ends after its
    // edge.
    Steady::time_point steady_at(Calendar at) const {
        return steady + std::chrono::floor<std::chrono::milliseconds>(at - calendar);
    }
};

class Clock {
public:
    virtual ~Clock() = default;
    virtual Moment now() const = 0;
    // The kernel says that the machine's clock is synchronised to a time source.
    virtual bool synchronised() const = 0;
    // The lab board's offset from the machine's clock; 0 elsewhere.
    virtual std::chrono::seconds offset() const = 0;
    virtual void set_offset(std::chrono::seconds offset) = 0;
};

// The machine's clocks. The offset is kept in memory alone: a daemon that starts anew has the machine's time.
class SystemClock final : public Clock {
public:
    Moment now() const override;
    bool synchronised() const override;
    std::chrono::seconds offset() const override { return offset_; }
    void set_offset(std::chrono::seconds offset) override { offset_ = offset; }

private:
    std::chrono::seconds offset_{0};
};

}  // namespace kindgate::control
