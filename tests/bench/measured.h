// For benchmarks of what is pure: processor time of a call, and the heap that it takes. Included once in a program: it
// stands in for malloc.
#pragma once

#include <errno.h>
#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <utility>

#include "base/result.h"

namespace measured {

// What malloc gave out, as malloc counts it.
struct Heap {
    std::size_t now = 0;
    std::size_t most = 0;
    void took(void* memory) {
        now += malloc_usable_size(memory);
        most = std::max(most, now);
    }
    void gave(void* memory) { now -= malloc_usable_size(memory); }
};
inline Heap heap;

}  // namespace measured

// The library's own functions under these names, counted: C++'s new and Mbed TLS both end here.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void __libc_free(void* memory);

void* malloc(std::size_t size) noexcept {
    auto* const memory = __libc_malloc(size);
    if (memory != nullptr) measured::heap.took(memory);
    return memory;
}
void* calloc(std::size_t count, std::size_t size) noexcept {
    auto* const memory = __libc_calloc(count, size);
    if (memory != nullptr) measured::heap.took(memory);
    return memory;
}
void* realloc(void* memory, std::size_t size) noexcept {
    if (memory != nullptr) measured::heap.gave(memory);
    auto* const moved = __libc_realloc(memory, size);
    if (moved != nullptr) measured::heap.took(moved);
    return moved;
}
void free(void* memory) noexcept {
    if (memory != nullptr) measured::heap.gave(memory);
    __libc_free(memory);
}
}

namespace measured {

// What is measured has to work, or the program ends.
inline void need(bool good, char const* what) {
    if (good) return;
    std::fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
    std::exit(1);
}

template <typename Value>
Value need(kindgate::Result<Value> result) {
    need(result.ok(), result.ok() ? "" : result.error().message().c_str());
    return std::move(result).value();
}

// Processor time of one call, in microseconds.
template <typename Body>
double each(unsigned calls, Body body) {
    auto const begin = std::clock();
    for (unsigned i = 0; i < calls; ++i) body();
    return static_cast<double>(std::clock() - begin) * 1e6 / CLOCKS_PER_SEC / calls;
}

// Over and above what is there: the most during one call, and what is left.
template <typename Body>
std::pair<std::size_t, std::ptrdiff_t> heap_of(Body body) {
    body();  // what is allocated once and for all
    auto const before = heap.now;
    heap.most = before;
    body();
    return {heap.most - before, static_cast<std::ptrdiff_t>(heap.now) - static_cast<std::ptrdiff_t>(before)};
}

}  // namespace measured
