#include "base/pages.h"

#include <sys/mman.h>

#include <cstdint>
#include <new>

namespace kindgate {

namespace {

constexpr std::size_t huge = 2U << 20;  // on x86-64 and arm64; elsewhere the alignment is of no use and does no harm

#ifndef MADV_POPULATE_WRITE
constexpr int MADV_POPULATE_WRITE = 23;  // Linux 5.14
#endif

}  // namespace

Pages::Pages(std::size_t size) : size_(size) {
    if (size == 0) return;
    auto const mapped = size < huge ? size : size + huge;
    auto* const start = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) throw std::bad_alloc{};
    auto const number = reinterpret_cast<std::uintptr_t>(start);
    auto const ahead = size < huge ? 0 : (huge - number % huge) % huge;
    auto* const first = static_cast<std::byte*>(start) + ahead;
    if (ahead != 0) munmap(start, ahead);
    start_ = {first, Unmap{mapped - ahead}};
    // Both are wishes: without them it is the same memory, later and slower.
    if (size >= huge) static_cast<void>(madvise(first, size, MADV_HUGEPAGE));
    static_cast<void>(madvise(first, size, MADV_POPULATE_WRITE));
}

void Pages::Unmap::operator()(std::byte* start) const {
    munmap(start, mapped);
}

}  // namespace kindgate
