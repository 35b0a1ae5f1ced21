#include "base/installation.h"

#include <system_error>

namespace kindgate {

std::filesystem::path installed_data() {
    std::error_code error;
    auto const program = std::filesystem::read_symlink("/proc/self/exe", error);
    auto const prefix = error ? std::filesystem::path{"/usr"} : program.parent_path().parent_path();
    auto installed = prefix / "share/kindgate/policies";
    auto built = prefix / "policies";
    bool const is_built = !std::filesystem::exists(installed, error) && std::filesystem::exists(built, error);
    return is_built ? built : installed;
}

}  // namespace kindgate
