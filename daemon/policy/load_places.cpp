#include "load_places.h"

#include <algorithm>
#include <string>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

namespace kindgate::policy {

namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::io::Tokenizer;

struct Deaf : google::protobuf::io::ErrorCollector {
    void AddError(int, google::protobuf::io::ColumnNumber, std::string const&) override {}
};

// Tabs as blanks: then the tokenizer's columns are bytes.
std::string without_tabs(std::string_view text) {
    std::string copy{text};
    std::ranges::replace(copy, '\t', ' ');
    return copy;
}

class Tokens {
public:
    explicit Tokens(std::string_view text)
        : text_(without_tabs(text)),
          stream_(text_.data(), static_cast<int>(text_.size())),
          tokenizer_(&stream_, &deaf_) {
        tokenizer_.set_comment_style(Tokenizer::SH_COMMENT_STYLE);
        tokenizer_.set_allow_f_after_float(true);
        next();
    }

    void next() { ended_ = !tokenizer_.Next(); }
    bool ended() const { return ended_; }
    // Not const because the tokenizer's current() isn't.
    std::string const& text() { return tokenizer_.current().text; }
    bool is_string() { return !ended_ && tokenizer_.current().type == Tokenizer::TYPE_STRING; }
    bool take(std::string_view symbol) {
        if (ended_ || text() != symbol) return false;
        next();
        return true;
    }
    Place place() {
        auto const& token = tokenizer_.current();
        return {static_cast<std::size_t>(token.line) + 1, static_cast<std::size_t>(token.column) + 1};
    }

private:
    std::string text_;
    google::protobuf::io::ArrayInputStream stream_;
    Deaf deaf_;
    Tokenizer tokenizer_;
    bool ended_ = false;
};

// The grammar of the text format as far as a right text needs it. Recursion is as deep as the schema.
class Walk {
public:
    explicit Walk(std::string_view text) : tokens_(text) {}

    void fields(Descriptor const& type, Places& into, std::string_view closer) {
        while (!tokens_.ended() && tokens_.text() != closer) {
            auto const at = tokens_.place();
            auto const* field = type.FindFieldByName(tokens_.text());
            tokens_.next();
            if (field == nullptr) continue;
            tokens_.take(":");
            if (field->is_repeated() && tokens_.take("[")) {
                elements(*field, into);
            } else {
                value(*field, at, into);
            }
            if (!tokens_.take(";")) tokens_.take(",");
        }
    }

private:
    void elements(FieldDescriptor const& field, Places& into) {
        while (!tokens_.ended() && !tokens_.take("]")) {
            value(field, tokens_.place(), into);
            tokens_.take(",");
        }
    }

    void value(FieldDescriptor const& field, Place at, Places& into) {
        auto& here = into.children[field.number()].emplace_back(Places{at, {}});
        if (field.message_type() != nullptr) {
            bool const angle = tokens_.text() == "<";
            tokens_.next();
            fields(*field.message_type(), here, angle ? ">" : "}");
            tokens_.next();
        } else if (tokens_.is_string()) {
            while (tokens_.is_string()) tokens_.next();
        } else {
            tokens_.take("-");
            tokens_.next();
        }
    }

    Tokens tokens_;
};

}  // namespace

Places const& Places::of(int field, std::size_t index) const {
    auto const found = children.find(field);
    return found == children.end() || index >= found->second.size() ? *this : found->second[index];
}

Places find_places(std::string_view text, Descriptor const& type) {
    Places root;
    Walk{text}.fields(type, root, "");
    return root;
}

Place token_before(std::string_view text, Place place) {
    Place last;
    for (Tokens tokens{text}; !tokens.ended() && tokens.place() < place; tokens.next()) last = tokens.place();
    return last;
}

Place to_place(std::string_view text, int line, int column) {
    for (int i = 0; i < line; ++i) {
        auto const end = text.find('\n');
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    constexpr int tab_width = 8;
    std::size_t bytes = 0;
    for (int seen = 0; seen < column && bytes < text.size() && text[bytes] != '\n'; ++bytes)
        seen += text[bytes] == '\t' ? tab_width - seen % tab_width : 1;
    // Behind the text's end the tokenizer counts on.
    return {static_cast<std::size_t>(std::max(line, 0)) + 1, bytes + 1};
}

}  // namespace kindgate::policy
