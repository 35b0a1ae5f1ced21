// How kindgated is called. Apart from main.cpp because CLI11 takes as long to compile as all that main.cpp puts
// together.
#pragma once

#include <optional>
#include <string>

namespace kindgate {

struct Arguments {
    std::string board = "/etc/kindgate/board.textproto";
    bool check = false;
};

struct Given {
    std::optional<Arguments> arguments;  // none: all was said already (--help, wrong use)
    int status = 0;                      // then the exit status
};

// Prints help to standard output and what is wrong to standard error.
Given parse_arguments(int argc, char** argv);

}  // namespace kindgate
