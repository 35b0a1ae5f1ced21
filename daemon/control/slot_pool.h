// Which slots are free. A slot that a device gave up is not: flows in the kernel still carry it, and whoever got it
// next would inherit them. It cools until they are gone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/ids.h"

namespace kindgate::control {

class SlotPool {
public:
    explicit SlotPool(std::uint16_t slots) : states_(std::size_t{slots} + 1, State::free) {}

    // False: there is no such slot, or it isn't free.
    bool take(Slot slot) {
        if (!slot.valid() || slot.number() >= states_.size() || states_[slot.number()] != State::free) return false;
        states_[slot.number()] = State::taken;
        return true;
    }

    // Not valid: all are taken or cooling.
    Slot take_lowest() {
        for (std::size_t number = lowest_; number < states_.size(); ++number) {
            if (states_[number] != State::free) continue;
            lowest_ = number + 1;
            states_[number] = State::taken;
            return Slot{static_cast<std::uint16_t>(number)};
        }
        lowest_ = states_.size();
        return {};
    }

    void cool(Slot slot) {
        if (slot.number() < states_.size()) states_[slot.number()] = State::cooling;
    }
    void cooled(Slot slot) {
        if (slot.number() >= states_.size() || states_[slot.number()] != State::cooling) return;
        states_[slot.number()] = State::free;
        if (slot.number() < lowest_) lowest_ = slot.number();
    }

private:
    enum class State : std::uint8_t { free, taken, cooling };

    std::vector<State> states_;  // by number; 0 is nobody's
    std::size_t lowest_ = 1;     // none below is free
};

}  // namespace kindgate::control
