#include "load_syntax.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include "kindgate/v1/names.pb.h"
#include "kindgate/v1/policy.pb.h"
#include "kindgate/v1/report.pb.h"
#include "load_places.h"
#include "policy/load.h"

namespace kindgate::policy {

namespace {

using google::protobuf::EnumDescriptor;

constexpr std::string_view manual = "kindgate-policy(5) shows how it is written";

// The n-th "quoted" word of the message, from 0.
std::string word(std::string_view message, int n) {
    for (int quote = 0;; ++quote) {
        auto const at = message.find('"');
        if (at == std::string_view::npos) return {};
        message.remove_prefix(at + 1);
        if (quote == 2 * n) return std::string{message.substr(0, message.find('"'))};
    }
}

// `Message type "kindgate.v1.Profile" has no field named "windws".`
Complaint unknown_field(std::string_view message) {
    auto const field = word(message, 1);
    auto const* type = v1::Policy::descriptor()->file()->pool()->FindMessageTypeByName(word(message, 0));
    if (type == nullptr) return {std::string{message}, std::string{manual}};
    std::vector<std::string> known;
    known.reserve(static_cast<std::size_t>(type->field_count()));
    for (int i = 0; i < type->field_count(); ++i) known.push_back(type->field(i)->name());
    auto const meant = nearest(field, known);
    return {fmt::format("{} has no field {}", type->name(), quoted(field)),
            meant ? fmt::format("did you mean '{}'?", *meant) : "write one of " + listed(known, " or ", known.size())};
}

// The enumeration of the schemas' fields of this name.
EnumDescriptor const* enumeration_of(std::string const& field) {
    for (auto const* file : {v1::Policy::descriptor()->file(), v1::SafeSearchFile::descriptor()->file(),
                             v1::ReportTables::descriptor()->file()}) {
        for (int i = 0; i < file->message_type_count(); ++i) {
            auto const* found = file->message_type(i)->FindFieldByName(field);
            if (found != nullptr && found->enum_type() != nullptr) return found->enum_type();
        }
    }
    return nullptr;
}

// `Unknown enumeration value of "off" for field "mode".`
Complaint unknown_value(std::string_view message) {
    auto const field = word(message, 1);
    auto const* type = enumeration_of(field);
    if (type == nullptr) return {std::string{message}, std::string{manual}};
    std::vector<std::string> known;
    for (int i = 0; i < type->value_count(); ++i)
        if (type->value(i)->number() != 0) known.push_back(type->value(i)->name());
    return {fmt::format("{} is not a value of '{}'", quoted(word(message, 0)), field),
            "write " + listed(known, " or ", known.size())};
}

Complaint repeated_field(std::string_view message) {
    return {fmt::format("{} is said twice", quoted(word(message, 0))), "keep one of the two"};
}

Complaint no_boolean(std::string_view message) {
    return {fmt::format("{} is neither true nor false", quoted(word(message, 1))), "write true or false"};
}

Complaint open_string(std::string_view) {
    return {"a quoted text without its end", "end it with the same quote in the same line"};
}

// What stands behind `got: `.
std::string_view got(std::string_view message) {
    return message.substr(std::min(message.size(), message.find(": ") + 2));
}

// `Expected string, got: Europe`
Complaint no_string(std::string_view message) {
    auto const found = got(message);
    if (found.empty()) return {"the file ends where a text should stand", "write it in quotes"};
    auto const is_word =
        std::ranges::none_of(found.substr(0, 1), [](char c) { return c > ' ' && c < '0'; }) && found.size() > 1;
    // A time of day ends for the parser at its colon.
    if (std::ranges::all_of(found, [](char c) { return c >= '0' && c <= '9'; }))
        return {fmt::format("{} stands where a text in quotes should", quoted(found)),
                fmt::format("write all of it in quotes, like \"{0}\" or \"{0}:30\"", shown(found))};
    return {
        fmt::format("{} stands where a text in quotes should", quoted(found)),
        is_word ? fmt::format("write it in quotes, like \"{}\"", shown(found)) : std::string{"write a text in quotes"}};
}

// `Expected integer or identifier, got: "OFF"`
Complaint no_value(std::string_view message) {
    auto const found = got(message);
    auto const plain = found.size() > 2 && found.starts_with('"') && found.ends_with('"');
    return {fmt::format("{} stands where a word without quotes should", shown(found)),
            plain ? fmt::format("write {}", shown(found.substr(1, found.size() - 2))) : std::string{manual}};
}

// `Expected integer, got: "3"`
Complaint no_number(std::string_view message) {
    return {fmt::format("{} stands where a number should", quoted(got(message))),
            "write a whole number without quotes and sign"};
}

Complaint no_identifier(std::string_view message) {
    auto const found = got(message);
    if (found.empty()) return {"the file ends inside a block", "close it with }"};
    if (found == "}") return {"'}' without a block", "remove it, or open the block with {"};
    if (found == "/") return {"'/' stands where a field should", "begin comments with #"};
    return {fmt::format("{} stands where a field should", quoted(found)), std::string{manual}};
}

// `Expected ":", found ""a"".`
Complaint no_colon(std::string_view) {
    return {"there is no colon between a field and its value", "write one, like name: \"Home\""};
}

// `Expected "{", found "3".`
Complaint no_block(std::string_view) {
    return {"this field holds others, but no block follows", "write them in { and }"};
}

Complaint typographic(std::string_view) {
    return {"a character that can only stand in quotes or comments", "write quotes as straight ones: \"…\""};
}

enum class Where : std::uint8_t { here, token_before };

struct Known {
    std::string_view start;
    std::string_view part;
    Where where;  // the parser has read on when it says this: the culprit is the token before
    Complaint (*explain)(std::string_view message);
};

constexpr Known known_messages[] = {
    {"Message type \"", "has no field named", Where::token_before, unknown_field},
    {"Unknown enumeration value of \"", "for field", Where::token_before, unknown_value},
    {"Non-repeated field \"", "specified multiple times", Where::token_before, repeated_field},
    {"Invalid value for boolean field \"", "Value: ", Where::token_before, no_boolean},
    {"Unexpected end of string", "", Where::here, open_string},
    {"String literals cannot cross line", "", Where::here, open_string},
    {"Expected string, got: ", "", Where::here, no_string},
    {"Expected integer or identifier, got: ", "", Where::here, no_value},
    {"Expected integer, got: ", "", Where::here, no_number},
    {"Expected identifier, got: ", "", Where::here, no_identifier},
    {"Expected \":\", found", "", Where::here, no_colon},
    {"Expected \"{\", found", "", Where::here, no_block},
    {"Interpreting non ascii codepoint", "", Where::here, typographic},
};

// `Expected ":", found "x".` -> `expected ":", found "x"`
std::string as_clause(std::string_view message) {
    auto clause = shown(message.substr(0, message.find_last_not_of(". ") + 1), 160);
    if (!clause.empty() && clause[0] >= 'A' && clause[0] <= 'Z') clause[0] = static_cast<char>(clause[0] - 'A' + 'a');
    return clause;
}

}  // namespace

SyntaxError explain_syntax(std::string_view text, int line, int column, std::string_view message) {
    auto const at = to_place(text, line, column);
    for (auto const& known : known_messages) {
        if (!message.starts_with(known.start) || message.find(known.part) == std::string_view::npos) continue;
        return {known.where == Where::here ? at : token_before(text, at), known.explain(message)};
    }
    return {at, {as_clause(message), std::string{manual}}};
}

Diagnostic syntax_diagnostic(std::string_view text, std::string const& file, int line, int column,
                             std::string_view message) {
    auto told = explain_syntax(text, line, column, message);
    return {file, told.at.line, told.at.column, std::move(told.complaint.what), std::move(told.complaint.advice)};
}

}  // namespace kindgate::policy
