// Server-sent events out of a stream of bytes (HTML Living Standard, 9.2.6), as far as the API uses them: `data` lines,
// ended by an empty line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kindgate::cli {

class EventReader {
public:
    void add(std::string_view bytes) { pending_ += bytes; }

    // The data of the next whole event; none: more bytes are needed. Comments, other fields and events without data are
    // skipped.
    std::optional<std::string> next();

private:
    std::optional<std::string> line();

    std::string pending_;
    std::string data_;
    bool has_data_ = false;
};

}  // namespace kindgate::cli
