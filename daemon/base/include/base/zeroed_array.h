// A large array of values that are all zero bits at first. Its memory isn't there before it is used: what a small house
// never needs costs it neither memory nor time at the start.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

namespace kindgate {

// T{} must be all zero bits.
template <typename T>
class ZeroedArray {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

public:
    // Throws std::bad_alloc.
    explicit ZeroedArray(std::size_t size) : values_(static_cast<T*>(std::calloc(size, sizeof(T)))), size_(size) {
        if (!values_ && size != 0) throw std::bad_alloc{};
    }

    std::size_t size() const { return size_; }
    T& operator[](std::size_t index) { return values_.get()[index]; }
    std::span<T> all() { return {values_.get(), size_}; }
    std::span<T const> all() const { return {values_.get(), size_}; }
    void clear() { *this = ZeroedArray{size_}; }

private:
    struct Free {
        void operator()(T* values) const { std::free(values); }
    };
    std::unique_ptr<T, Free> values_;
    std::size_t size_;
};

}  // namespace kindgate
