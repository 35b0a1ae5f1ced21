// Where each field of a policy text stands.
//
// Protobuf's own ParseInfoTree keeps one place for a whole `macs: ["…", "…"]`, not one for each element, and counts a
// tab as up to eight columns; people's editors and the error's reader want the element and the byte. So the text, once
// it is known to be right, is walked again with the same tokenizer.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "load_report.h"

namespace google::protobuf {
class Descriptor;
}

namespace kindgate::policy {

// The place of one message (or value) and of all that is said in it.
struct Places {
    Place at;                                     // of the field's name; in a list of the element
    std::map<int, std::vector<Places>> children;  // by field number

    // Of the field's element, or of the message itself if the field isn't said.
    Places const& of(int field, std::size_t index = 0) const;
    Places const& of(int field, int index) const { return of(field, static_cast<std::size_t>(index)); }
};

// `text` is the text format of a message of this type, without an error.
Places find_places(std::string_view text, google::protobuf::Descriptor const& type);

// The last token that begins before `place`; none: 1:1. Works in wrong texts too.
Place token_before(std::string_view text, Place place);

// From the tokenizer's way of counting (from 0, tabs to the next multiple of 8) to ours.
Place to_place(std::string_view text, int line, int column);

}  // namespace kindgate::policy
