// From a policy file's text to the validated model. Opens no policy file; reads the system's zone database.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/model.h"

namespace kindgate::policy {

// What is wrong (or merely unwise) at one place of the file.
struct Diagnostic {
    std::string file;
    std::size_t line = 1;    // from 1
    std::size_t column = 1;  // from 1, in bytes; a tab is one column
    std::string what;        // "profile 'teen' extends 'kids', which is not here"
    std::string advice;      // "add a profile with this id, or write one of: children, guests"
    // Where it is not the policy file alone that is at fault, e.g. an unreadable file, line and column are 1.

    std::string text() const;  // "file:line:column: what: what to do"
    bool operator==(Diagnostic const&) const = default;
};

struct Loaded {
    std::shared_ptr<Policy const> policy;  // null if there is any error
    std::vector<Diagnostic> errors;        // in the order of the file: the first of syntax, or all of meaning
    std::vector<Diagnostic> warnings;      // what this version doesn't enforce yet, days that are ignored
    // Line (from 1) of each hardware address that the file places, to tell people where it says so.
    struct MacLine {
        Mac mac;
        std::size_t line;
    };
    std::vector<MacLine> mac_lines;
};

// `file` is only used in messages. At most 4 MiB of text, 4,096 profiles and 262,144 windows (also inherited) are
// taken.
Loaded load(std::string_view text, std::string_view file);

// Without the byte order mark that some editors put in front.
std::string_view without_mark(std::string_view text);

// What protobuf's text format says of the wrong text of any message of the schema, in words for people. `line` and
// `column` as its tokenizer counts: from 0, a tab up to the next multiple of 8.
Diagnostic syntax_diagnostic(std::string_view text, std::string const& file, int line, int column,
                             std::string_view message);

}  // namespace kindgate::policy
