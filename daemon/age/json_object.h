// A JSON object of somebody else's, read by the library that reads the API's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <google/protobuf/struct.pb.h>

namespace kindgate::age {

using JsonObject = google::protobuf::Struct;

// None: not an object, or nested too deeply.
std::optional<JsonObject> read_json_object(std::string_view text);

// Null: there is none of this name.
google::protobuf::Value const* find(JsonObject const& object, std::string const& name);
// "" : no text.
std::string text_of(JsonObject const& object, std::string const& name);

}  // namespace kindgate::age
