// JSON as the API writes it: the mapping of the messages with snake_case names, empty fields printed, one line.
#pragma once

#include <string>
#include <string_view>

#include "base/json_string.h"
#include "base/result.h"

namespace google::protobuf {
class Message;
}

namespace kindgate::cli {

std::string to_json(google::protobuf::Message const& message);

// Fields that this version doesn't know are skipped.
Result<void> from_json(std::string_view text, google::protobuf::Message& message);

template <typename Message>
Result<Message> read_json(std::string_view text) {
    Message message;
    KG_TRY(from_json(text, message));
    return message;
}

}  // namespace kindgate::cli
