// Which refusals are worth telling: a program that is refused asks again and again, and people want to hear of it once.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "base/category.h"
#include "base/ids.h"

namespace kindgate::front {

class ToldRefusals {
public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::seconds silence{60};

    // A name was refused to the slot for this category; `name` is 0, or where the name itself is told its hash. True:
    // it is to be told, because that wasn't done within the last minute, or is forgotten.
    bool tell(Slot slot, CategoryId category, std::uint64_t name, Time now) {
        auto const key = ((name << 20U) ^ (std::uint64_t{category} << 14U) ^ slot.number()) + 1;
        auto& entry = entries_[key * multiplier >> (64 - bits)];
        if (entry.key == key && now - entry.at < silence) return false;
        entry = {key, now};
        return true;
    }

private:
    static constexpr unsigned bits = 10;
    static constexpr std::uint64_t multiplier = 0x9e3779b97f4a7c15;
    struct Entry {
        std::uint64_t key = 0;  // 0: none
        Time at;
    };
    std::array<Entry, 1U << bits> entries_{};
};

}  // namespace kindgate::front
