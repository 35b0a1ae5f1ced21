#include "policy/model.h"

#include <algorithm>

namespace kindgate::policy {

std::string_view name(Mode mode) {
    switch (mode) {
        case Mode::open: return "OPEN";
        case Mode::learning: return "LEARNING";
        case Mode::off: return "OFF";
    }
    return "";
}

bool Profile::depends_on_time() const {
    auto const has_windows = [](Exception const& exception) { return !exception.windows.empty(); };
    return !windows.empty() || std::ranges::any_of(exceptions, has_windows) || ends_on.has_value();
}

namespace {

template <typename Named>
std::optional<std::size_t> find(std::vector<Named> const& all, std::string_view id) {
    auto const found = std::ranges::find(all, id, &Named::id);
    if (found == all.end()) return std::nullopt;
    return static_cast<std::size_t>(found - all.begin());
}

}  // namespace

std::optional<std::size_t> Policy::find_profile(std::string_view id) const {
    return find(profiles, id);
}

std::optional<std::size_t> Policy::find_device(std::string_view id) const {
    return find(devices, id);
}

}  // namespace kindgate::policy
