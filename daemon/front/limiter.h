// What one device may ask: so many answers a second, and so many questions waiting. A device that collects waiting
// questions to have them answered in one burst, or whose address somebody else uses for that, gets the bounded part of
// it.
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/zeroed_array.h"

namespace kindgate::front {

class Limiter {
public:
    struct Limits {
        std::uint32_t a_second = 500;  // 0: as many as come
        std::uint32_t burst = 1000;
        std::uint32_t waiting = 200;  // 0: as many as there is room for
    };

    explicit Limiter(Limits limits) : limits_(limits), counts_(Slot::max + 1U + strangers) {}

    // Who asks: its slot, or, without one, one of a few hundred groups of addresses.
    std::uint16_t key(Slot slot, std::uint64_t address_hash) const {
        if (slot.valid()) return slot.number();
        return static_cast<std::uint16_t>(Slot::max + 1U + address_hash % strangers);
    }
    // One more question is about to be answered. False: not now.
    bool may_ask(std::uint16_t key, std::uint32_t now_ms);
    // One more question waits for an upstream. False: too many do.
    bool may_wait(std::uint16_t key);
    void waited(std::uint16_t key) { --counts_[key].waiting; }

private:
    static constexpr std::size_t strangers = 512;
    struct Count {
        std::uint32_t spent_milli = 0;  // thousandths of answers above what time has given back
        std::uint32_t at_ms = 0;
        std::uint32_t waiting = 0;
    };

    Limits limits_;
    ZeroedArray<Count> counts_;
};

}  // namespace kindgate::front
