// From a file's text to a message of the schema with the place of each field.
#pragma once

#include <optional>
#include <string_view>

#include "load_places.h"
#include "load_report.h"

namespace google::protobuf {
class Message;
}

namespace kindgate::policy {

inline constexpr std::size_t most_text = std::size_t{4} << 20U;  // bytes: what a 1,000 times larger school might write

// Fills the message. Nothing, and errors in the report, if the text is not the text format of such a message.
std::optional<Places> parse_text(std::string_view text, google::protobuf::Message& message, Report& report);

}  // namespace kindgate::policy
