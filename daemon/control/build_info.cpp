#include "build_info.h"

namespace kindgate::control {

std::string_view version() {
    return KINDGATE_VERSION;
}

policy::Instant build_time() {
    return policy::Instant{std::chrono::seconds{KINDGATE_BUILD_TIME}};
}

}  // namespace kindgate::control
