// Memory that is asked for, and given back.
#include "base/pages.h"

#include <cstring>
#include <fstream>

#include "test.h"

namespace {

using namespace kindgate;

// Pages of files, programs' and libraries', that this process has mapped (proc_pid_statm(5)).
std::size_t pages_of_files() {
    std::ifstream statm{"/proc/self/statm"};
    std::size_t size = 0;
    std::size_t resident = 0;
    std::size_t shared = 0;
    statm >> size >> resident >> shared;
    return shared;
}

constexpr test::Test tests[] = {
    {"pages are zero, writable, and as many as were asked for",
     [] {
         for (std::size_t const size : {std::size_t{1}, std::size_t{5000}, std::size_t{3} << 20U}) {
             Pages pages{size};
             test::equal(pages.bytes().size(), size, "size");
             test::check(pages.bytes().front() == std::byte{0} && pages.bytes().back() == std::byte{0}, "zero");
             pages.bytes().back() = std::byte{1};
             wish_huge_pages(pages.bytes().data(), size);
             test::check(pages.bytes().back() == std::byte{1}, "a wish changes nothing");
         }
     }},
    {"code that is let go of is mapped no longer, and runs as before",
     [] {
         auto const before = pages_of_files();
         let_go_of_code();
         auto const after = pages_of_files();
         test::check(after < before, "fewer pages");
         test::equal(std::strlen("as before"), 9U, "runs");
     }},
};

}  // namespace

int main() {
    return test::run("base/pages", tests);
}
