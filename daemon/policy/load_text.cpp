#include "load_text.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>

#include "base/utf8.h"
#include "load_syntax.h"
#include "policy/load.h"

namespace kindgate::policy {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Offset of the first byte that is NUL or no UTF-8; none: npos.
std::size_t first_strange_byte(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        auto const character = first_character(text.substr(i));
        if (!character.valid || character.code == 0) return i;
        i += character.bytes;
    }
    return std::string_view::npos;
}

Place place_of(std::string_view text, std::size_t offset) {
    Place place;
    for (char const c : text.substr(0, offset)) {
        ++place.column;
        if (c == '\n') place = {place.line + 1, 1};
    }
    return place;
}

bool is_text(std::string_view text, Report& report) {
    if (text.size() > most_text) {
        report.error({}, Complaint{fmt::format("the file has {} bytes", text.size()),
                                   fmt::format("write at most {}", most_text)});
        return false;
    }
    auto const strange = first_strange_byte(text);
    if (strange == std::string_view::npos) return true;
    auto const byte = static_cast<unsigned char>(text[strange]);
    report.error(place_of(text, strange),
                 byte == 0 ? Complaint{"a NUL byte", "this is no text file: write it with a text editor"}
                           : Complaint{fmt::format("the byte 0x{:02x} is not UTF-8", byte), "save the file as UTF-8"});
    return false;
}

// "\xff" and "\000" in a text that is UTF-8 itself.
void check_escapes(Message const& message, Places const& places, Report& report) {
    auto const* reflection = message.GetReflection();
    std::vector<FieldDescriptor const*> fields;
    reflection->ListFields(message, &fields);
    for (auto const* field : fields) {
        auto const count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
        for (int i = 0; i < count; ++i) {
            auto const& here = places.of(field->number(), i);
            if (field->message_type() != nullptr) {
                check_escapes(field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i)
                                                   : reflection->GetMessage(message, field),
                              here, report);
            } else if (field->type() == FieldDescriptor::TYPE_STRING) {
                auto const text = field->is_repeated() ? reflection->GetRepeatedString(message, field, i)
                                                       : reflection->GetString(message, field);
                if (first_strange_byte(text) != std::string_view::npos)
                    report.error(here.at, Complaint{fmt::format("'{}' has an escape that makes no text", field->name()),
                                                    "write the characters themselves, in UTF-8"});
            }
        }
    }
}

// Keeps the first error and says nothing to stderr.
struct FirstError : google::protobuf::io::ErrorCollector {
    void AddError(int at_line, google::protobuf::io::ColumnNumber at_column, std::string const& text) override {
        if (!message.empty()) return;
        line = at_line;
        column = at_column;
        message = text;
    }
    int line = 0;
    int column = 0;
    std::string message;
};

}  // namespace

std::string_view without_mark(std::string_view text) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    return text;
}

std::optional<Places> parse_text(std::string_view text, Message& message, Report& report) {
    text = without_mark(text);
    if (!is_text(text, report)) return std::nullopt;
    google::protobuf::io::ArrayInputStream stream{text.data(), static_cast<int>(text.size())};
    google::protobuf::TextFormat::Parser parser;
    FirstError first;
    parser.RecordErrorsTo(&first);
    parser.SetRecursionLimit(16);  // the schema is 5 deep
    if (!parser.Parse(&stream, &message) || !first.message.empty()) {
        auto const told = explain_syntax(text, first.line, first.column, first.message);
        report.error(told.at, told.complaint);
        return std::nullopt;
    }
    auto places = find_places(text, *message.GetDescriptor());
    check_escapes(message, places, report);
    if (report.failed()) return std::nullopt;
    return places;
}

}  // namespace kindgate::policy
