// May the calendar be believed? Routers without a battery clock boot in the past. Pure: told the moment, says yes or
// no.
//
// Yes, if the kernel says it is synchronised; or the time is not before the ledger's last trusted time; or, with a
// ledger that knows none, not before this build. A lab board's offset makes the kernel's word worthless (it speaks of
// another time), so with an offset only the ledger and the build count, and such a time is never written down as
// trusted: the offset can be taken back without making the real time look like the past.
#pragma once

#include <chrono>
#include <optional>

#include "control/clock.h"

namespace kindgate::control {

class Trust {
public:
    Trust(std::optional<policy::Instant> last_trusted, policy::Instant built)
        : last_trusted_(last_trusted), built_(built) {}

    // How often the trusted time is written down at most.
    static constexpr std::chrono::minutes stamp_interval{10};

    bool judge(Clock const& clock) const;

    // The time to write down, if there is one: if the last one was an interval ago, or now.
    enum class When : std::uint8_t { if_due, now };
    std::optional<policy::Instant> stamp(Clock const& clock, When when) const;
    // It was written, or could not be: either way the next one is due an interval later.
    void stamped(Moment const& now, bool written);

    Steady::time_point next_stamp() const { return next_stamp_; }

private:
    std::optional<policy::Instant> last_trusted_;
    policy::Instant built_;
    Steady::time_point next_stamp_{};
};

}  // namespace kindgate::control
