#include "api_json.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include "base/utf8.h"
#include "kindgate/v1/api.pb.h"

namespace kindgate::control {

namespace json = google::protobuf::util;

namespace {

// JSON can't carry other bytes, and errors quote what people sent: '?' for each.
std::string as_utf8(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        auto const character = first_character(text);
        if (character.valid)
            result += text.substr(0, character.bytes);
        else
            result += '?';
        text.remove_prefix(character.bytes);
    }
    return result;
}

}  // namespace

Result<std::string> to_json(google::protobuf::Message const& message) {
    json::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    options.always_print_primitive_fields = true;
    std::string text;
    auto const status = json::MessageToJsonString(message, &text, options);
    if (!status.ok())
        return Error{ErrorCode::system, fmt::format("{} could not be written as JSON: {}",
                                                    message.GetDescriptor()->name(), std::string{status.message()})};
    return text;
}

Result<void> from_json(std::string_view text, google::protobuf::Message& message) {
    auto const& name = message.GetDescriptor()->name();
    if (text.empty())
        return Error{ErrorCode::invalid_input, fmt::format("the body is empty: send a {} in JSON (docs/api.md)", name)};
    auto const status = json::JsonStringToMessage({text.data(), text.size()}, &message, json::JsonParseOptions{});
    if (!status.ok())
        return Error{ErrorCode::invalid_input,
                     fmt::format("the body is not a {} in JSON: {}", name, std::string{status.message()})};
    return {};
}

Result<ApiResponse> json_response(google::protobuf::Message const& message) {
    return ApiResponse{.body = KG_TRY(to_json(message)) + "\n"};
}

ApiResponse error_response(unsigned status, std::string_view error, std::vector<std::string> const& details) {
    v1::ErrorAnswer answer;
    answer.set_error(as_utf8(error));
    for (auto const& detail : details) answer.add_details(as_utf8(detail));
    auto const body = to_json(answer);
    return {.status = status, .body = (body.ok() ? *body : body.error().message()) + "\n"};
}

ApiResponse error_response(Error const& error) {
    return error_response(status_of(error.code()), error.message());
}

unsigned status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_input: return 400;
        case ErrorCode::not_found: return 404;
        case ErrorCode::conflict: return 409;
        case ErrorCode::forbidden: return 403;
        case ErrorCode::unavailable: return 503;
        case ErrorCode::system:
        case ErrorCode::damaged: return 500;
    }
    return 500;
}

}  // namespace kindgate::control
