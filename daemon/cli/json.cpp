#include "json.h"

#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

namespace kindgate::cli {

std::string to_json(google::protobuf::Message const& message) {
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    options.always_print_primitive_fields = true;
    std::string text;
    // Fails only for Any and for malformed well-known types, which the schema doesn't use.
    (void)google::protobuf::util::MessageToJsonString(message, &text, options);
    return text;
}

Result<void> from_json(std::string_view text, google::protobuf::Message& message) {
    google::protobuf::util::JsonParseOptions options;
    options.ignore_unknown_fields = true;
    auto const status = google::protobuf::util::JsonStringToMessage({text.data(), text.size()}, &message, options);
    if (status.ok()) return {};
    return Error{ErrorCode::unavailable,
                 "kindgated's answer can't be read: use the kindgate command of the version that runs"};
}

}  // namespace kindgate::cli
