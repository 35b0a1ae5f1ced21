// The `kindgate` command as a function. main.cpp gives it the real surroundings, tests give it their own.
#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "base/result.h"
#include "policy/model.h"

namespace kindgate::cli {

// Everything the command may touch beside files and the API's socket. Borrowed for the call.
struct Surroundings {
    std::ostream& out;
    std::ostream& err;
    bool colour = false;       // `out` is a terminal, and NO_COLOR isn't set
    std::size_t columns = 80;  // of the terminal
    std::string socket;        // where --socket isn't given
    std::function<policy::Instant()> now;
    std::function<Result<void>()> remove_table;  // takes the kernel's table away where no daemon runs
    std::function<Result<int>()> age_demo;       // the tour of kindgate-age-demo; its exit status
};

inline constexpr char const* default_socket = "/run/kindgate/api.sock";

// `arguments` without the program's name. Returns the exit status: 0; 1: it couldn't be done, or a scenario failed;
// 2: what was given is wrong.
int run(std::vector<std::string> const& arguments, Surroundings const& around);

}  // namespace kindgate::cli
