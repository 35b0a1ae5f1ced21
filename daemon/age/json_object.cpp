#include "json_object.h"

#include <google/protobuf/util/json_util.h>

namespace kindgate::age {

std::optional<JsonObject> read_json_object(std::string_view text) {
    JsonObject object;
    google::protobuf::StringPiece const piece{text.data(), text.size()};
    if (!google::protobuf::util::JsonStringToMessage(piece, &object).ok()) return std::nullopt;
    return object;
}

google::protobuf::Value const* find(JsonObject const& object, std::string const& name) {
    auto const found = object.fields().find(name);
    return found == object.fields().end() ? nullptr : &found->second;
}

std::string text_of(JsonObject const& object, std::string const& name) {
    auto const* const value = find(object, name);
    return value != nullptr && value->kind_case() == google::protobuf::Value::kStringValue ? value->string_value()
                                                                                           : std::string{};
}

}  // namespace kindgate::age
