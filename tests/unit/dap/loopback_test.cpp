// Households, leader, helper and collector as programs, over TLS on the loopback.
#include <cstdlib>

#include <fmt/format.h>

#include "test.h"

namespace kindgate::dap {

namespace {

constexpr test::Test tests[] = {
    {"what the collector finds is what the households said",
     [] {
         auto const command = fmt::format("bash '{}' '{}'", KINDGATE_DAP_LOOPBACK, KINDGATE_DAP_PARTY);
         test::equal(std::system(command.c_str()), 0, command);  // NOLINT(concurrency-mt-unsafe): one thread
     }},
};

}  // namespace

}  // namespace kindgate::dap

int main() {
    return kindgate::test::run("dap/loopback", kindgate::dap::tests);
}
