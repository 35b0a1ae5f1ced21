// Memory for what is large, read at random and replaced whole: pages of its own, which go back to the kernel with their
// owner, and huge ones where the kernel has them. A page fault or a missing entry of the TLB can cost more than the
// look-up that it delays.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace kindgate {

// Asks for huge pages where somebody else's memory, say a vector's, is about to be filled. A wish: it may change
// nothing.
void wish_huge_pages(void const* start, std::size_t size);

// Unmaps what the program and its libraries have of code and constants; what is run or read again comes back from the
// kernel's cache of files, a short page fault each. For a program that has done once what it won't do again for long.
void let_go_of_code();

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
