// Memory for what is large, read at random and replaced whole: pages of its own, which go back to the kernel with their
// owner, and huge ones where the kernel has them. A page fault or a missing entry of the TLB can cost more than the
// look-up that it delays.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace kindgate {

class Pages {
public:
    Pages() = default;
    // Filled with zeros; they are there already. Throws std::bad_alloc.
    explicit Pages(std::size_t size);

    std::span<std::byte> bytes() { return {start_.get(), size_}; }
    std::span<std::byte const> bytes() const { return {start_.get(), size_}; }
    // Fewer from now on.
    void cut(std::size_t size) { size_ = size; }

private:
    struct Unmap {
        std::size_t mapped;
        void operator()(std::byte* start) const;
    };
    std::unique_ptr<std::byte, Unmap> start_;
    std::size_t size_ = 0;
};

}  // namespace kindgate
