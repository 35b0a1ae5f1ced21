// Where the program is installed, or was built.
#pragma once

#include <filesystem>

namespace kindgate {

// The folder of what comes with kindgate: starter.pack, safesearch.textproto, helplines.textproto.
// share/kindgate/policies of the prefix that the running program was installed into, else policies/ beside the folder
// that it was built into. Asks the system.
std::filesystem::path installed_data();

}  // namespace kindgate
