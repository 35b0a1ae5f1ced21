#include "event_reader.h"

#include <utility>

namespace kindgate::cli {

// Lines end with LF or CRLF; a CR alone, which the standard also allows, isn't written by the daemon.
std::optional<std::string> EventReader::line() {
    auto const end = pending_.find('\n');
    if (end == std::string::npos) return std::nullopt;
    auto result = pending_.substr(0, end);
    pending_.erase(0, end + 1);
    if (result.ends_with('\r')) result.pop_back();
    return result;
}

std::optional<std::string> EventReader::next() {
    while (auto const found = line()) {
        std::string_view rest = *found;
        if (rest.empty()) {
            if (!std::exchange(has_data_, false)) continue;
            return std::exchange(data_, {});
        }
        if (!rest.starts_with("data:")) continue;
        rest.remove_prefix(5);
        if (rest.starts_with(' ')) rest.remove_prefix(1);
        if (std::exchange(has_data_, true)) data_ += '\n';
        data_ += rest;
    }
    return std::nullopt;
}

}  // namespace kindgate::cli
