// Numbers that nobody can guess: the kernel's generator, a few hundred bytes at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace kindgate::front {

class Random {
public:
    template <typename Number>
    Number next() {
        if (buffer_.size() - at_ < sizeof(Number)) refill();
        Number number;
        std::memcpy(&number, buffer_.data() + at_, sizeof number);
        // What was given out can't be read again.
        std::memset(buffer_.data() + at_, 0, sizeof number);
        at_ += sizeof number;
        return number;
    }

private:
    void refill();

    std::array<std::byte, 256> buffer_{};  // getrandom() gives up to 256 bytes whole
    std::size_t at_ = 256;
};

}  // namespace kindgate::front
