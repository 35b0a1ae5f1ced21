// Policy files from the disk.
#pragma once

#include <memory>
#include <string>

#include "cli/cli.h"
#include "policy/load.h"

namespace kindgate::cli {

// A file's text, at most 4 MiB of it: more is refused. What can't be read is wrong input (exit status 2).
Result<std::string> read_file(std::string const& path);

// The policy of a file's text, or an error whose message is every complaint about it, one a line.
Result<std::shared_ptr<policy::Policy const>> load_text(std::string const& text, std::string const& path);
Result<std::shared_ptr<policy::Policy const>> load_file(std::string const& path);

// The sentence on standard error; an error about a policy is a line for each complaint.
void tell(Error const& error, Surroundings const& around);

}  // namespace kindgate::cli
