#include "base/pages.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <new>
#include <span>

namespace kindgate {

namespace {

constexpr std::size_t huge = 2U << 20;  // on x86-64 and arm64; elsewhere the alignment is of no use and does no harm

#ifndef MADV_POPULATE_WRITE
constexpr int MADV_POPULATE_WRITE = 23;  // Linux 5.14
#endif

}  // namespace

void wish_huge_pages(void const* start, std::size_t size) {
    auto* first = const_cast<void*>(start);
    if (std::align(huge, huge, first, size) != nullptr)
        static_cast<void>(madvise(first, size / huge * huge, MADV_HUGEPAGE));
}

void let_go_of_code() {
    auto const each = [](dl_phdr_info* library, std::size_t, void*) {
        static auto const page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
        for (auto const& part : std::span{library->dlpi_phdr, library->dlpi_phnum}) {
            // What was ever writable may differ from the file, and is not ours to drop.
            if (part.p_type != PT_LOAD || (part.p_flags & PF_W) != 0) continue;
            auto const first = (library->dlpi_addr + part.p_vaddr) / page * page;
            auto const end = library->dlpi_addr + part.p_vaddr + part.p_memsz;
            auto* const start =
                reinterpret_cast<void*>(first);  // NOLINT(performance-no-int-to-ptr): as the loader has it
            static_cast<void>(madvise(start, end - first, MADV_DONTNEED));
        }
        return 0;
    };
    dl_iterate_phdr(each, nullptr);
}

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
