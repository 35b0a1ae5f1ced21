// Messages of the schema as JSON (snake_case names, empty fields printed), and answers made of them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace google::protobuf {
class Message;
}

namespace kindgate::control {

struct ApiResponse {
    unsigned status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers{};
};

// One line.
Result<std::string> to_json(google::protobuf::Message const& message);
// Fields that the schema doesn't have are errors.
Result<void> from_json(std::string_view text, google::protobuf::Message& message);

Result<ApiResponse> json_response(google::protobuf::Message const& message);
ApiResponse error_response(unsigned status, std::string_view error, std::vector<std::string> const& details = {});
ApiResponse error_response(Error const& error);
unsigned status_of(ErrorCode code);

}  // namespace kindgate::control
