// A clock that stands until the test moves it.
#pragma once

#include "control/clock.h"

namespace kindgate::test {

class FakeClock final : public control::Clock {
public:
    explicit FakeClock(control::Calendar calendar) : calendar_(calendar) {}

    control::Moment now() const override { return {steady_, calendar_ + offset_}; }
    bool synchronised() const override { return synchronised_; }
    std::chrono::seconds offset() const override { return offset_; }
    void set_offset(std::chrono::seconds offset) override { offset_ = offset; }

    // Time passes on both clocks.
    void advance(std::chrono::nanoseconds time) {
        steady_ += time;
        calendar_ += time;
    }
    // Somebody sets the calendar.
    void jump(std::chrono::nanoseconds by) { calendar_ += by; }
    void set_synchronised(bool synchronised) { synchronised_ = synchronised; }

private:
    control::Steady::time_point steady_{std::chrono::hours{5}};
    control::Calendar calendar_;
    std::chrono::seconds offset_{0};
    bool synchronised_ = true;
};

}  // namespace kindgate::test
