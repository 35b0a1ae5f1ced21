// How CLI11's help and complaints read: our words instead of its own.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace kindgate::cli {

// Names what stands without "--" as its type says, in the usage line too: "kindgate pause [OPTIONS] WHO [for DURATION |
// until TIME]". So an argument's type name is written as the usage line shall have it.
class PlainHelp : public CLI::Formatter {
public:
    PlainHelp();

    std::string make_option_usage(CLI::Option const* option) const override;
    std::string make_option_name(CLI::Option const* option, bool is_positional) const override;
    std::string make_option_opts(CLI::Option const* option) const override;
};

// What is wrong with the words that were given to `app`: the subcommand that they got to. No full stop.
std::string in_words(CLI::ParseError const& error, CLI::App const& app);

// The option or argument that was given with nothing in it, as the help calls it; empty: none was.
std::string empty_value(CLI::App const& app);

// A number, 0 to 2^64 - 1 or as said. `advice` says which are meant.
CLI::Validator whole_number(std::string advice, std::uint64_t first = 0, std::uint64_t last = UINT64_MAX);

// Of a program whose work ended with this error. 2: what was given is wrong, or stands against what somebody else has
// settled.
int exit_status(ErrorCode code);

}  // namespace kindgate::cli
