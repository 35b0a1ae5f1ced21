#include "trust.h"

namespace kindgate::control {

bool Trust::judge(Clock const& clock) const {
    if (clock.offset().count() == 0 && clock.synchronised()) return true;
    return clock.now().instant() >= last_trusted_.value_or(built_);
}

std::optional<policy::Instant> Trust::stamp(Clock const& clock, When when) const {
    auto const now = clock.now();
    if (clock.offset().count() != 0 || !judge(clock)) return std::nullopt;
    if (when == When::if_due && now.steady < next_stamp_) return std::nullopt;
    if (last_trusted_ == now.instant()) return std::nullopt;
    return now.instant();
}

void Trust::stamped(Moment const& now, bool written) {
    if (written) last_trusted_ = now.instant();
    next_stamp_ = now.steady + stamp_interval;
}

}  // namespace kindgate::control
