// A network namespace of its own for a test that needs the real kernel, and the commands of others in it.
#pragma once

#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "test.h"

namespace kindgate::test {

// Moves the whole test process; false without the rights. Loopback is up afterwards.
inline bool enter_namespace() {
    return geteuid() == 0 && unshare(CLONE_NEWNET) == 0 && std::system("ip link set lo up") == 0;
}

// Without the rights all are skipped, which CI doesn't take.
inline int run_in_namespace(char const* name, std::span<Test const> tests) {
    if (enter_namespace()) return run(name, tests);
    std::vector<Test> skipped{tests.begin(), tests.end()};
    for (auto& test : skipped) test.body = [] { skip("a network namespace of its own needs root"); };
    return run(name, skipped);
}

// The command's output; the test fails if the command does.
inline std::string run(std::string const& command, std::source_location where = std::source_location::current()) {
    std::string out;
    auto* pipe = popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) fail("can't run " + command, where);
    std::array<char, 4096> buffer{};
    while (auto const got = std::fread(buffer.data(), 1, buffer.size(), pipe)) out.append(buffer.data(), got);
    if (auto const status = pclose(pipe); status != 0)
        fail(fmt::format("'{}' ended with {}: {}", command, status, out), where);
    return out;
}

// Calls `read` whenever the descriptor is readable, until `done`; false if that takes longer.
template <typename Read, typename Done>
bool wait_for(int descriptor, Read read, Done done, std::chrono::milliseconds longest = std::chrono::seconds{3}) {
    auto const until = std::chrono::steady_clock::now() + longest;
    while (!done()) {
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        pollfd waiting{descriptor, POLLIN, 0};
        if (poll(&waiting, 1, static_cast<int>(left.count())) > 0) read();
    }
    return true;
}

// The same without a descriptor: asks again and again.
template <typename Done>
bool wait_until(Done done, std::chrono::milliseconds longest = std::chrono::seconds{3}) {
    auto const until = std::chrono::steady_clock::now() + longest;
    while (!done()) {
        if (std::chrono::steady_clock::now() > until) return false;
        usleep(2000);
    }
    return true;
}

}  // namespace kindgate::test
