#include "revision.h"

#include <cstddef>

#include <fmt/format.h>

#include "crypto/sha2.h"

namespace kindgate::control {

std::string revision_of(std::string_view text) {
    std::string name;
    auto const digest = crypto::sha256(text);
    for (std::size_t i = 0; i < 8; ++i) name += fmt::format("{:02x}", digest[i]);
    return name;
}

}  // namespace kindgate::control
