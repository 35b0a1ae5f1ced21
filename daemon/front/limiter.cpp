#include "limiter.h"

#include <algorithm>

namespace kindgate::front {

bool Limiter::may_ask(std::uint16_t key, std::uint32_t now_ms) {
    if (limits_.a_second == 0) return true;
    auto& count = counts_[key];
    auto const back = std::uint64_t{now_ms - count.at_ms} * limits_.a_second;
    count.spent_milli -= static_cast<std::uint32_t>(std::min<std::uint64_t>(count.spent_milli, back));
    count.at_ms = now_ms;
    if (count.spent_milli + 1000 > limits_.burst * 1000) return false;
    count.spent_milli += 1000;
    return true;
}

bool Limiter::may_wait(std::uint16_t key) {
    auto& count = counts_[key];
    if (limits_.waiting != 0 && count.waiting >= limits_.waiting) return false;
    ++count.waiting;
    return true;
}

}  // namespace kindgate::front
