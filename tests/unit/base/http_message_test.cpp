#include "base/http_message.h"

#include "test.h"

namespace {

using namespace kindgate;

constexpr test::Test tests[] = {
    {"a field is found by its name in upper or lower case, the first of several",
     [] {
         HttpFields const fields{{"ETag", "\"1\""}, {"x", ""}, {"etag", "\"2\""}};
         for (auto const* name : {"ETag", "etag", "ETAG"}) test::equal(field(fields, name), "\"1\"", name);
         for (auto const* name : {"x", "tag", "ETagg", ""}) test::equal(field(fields, name), "", name);
     }},
    {"a token has letters, digits and a few signs",
     [] {
         for (auto const* text : {"GET", "x", "Content-Type", "a.b_c~1!#$%&'*+^`|"}) test::check(is_token(text), text);
         for (auto const* text : {"", "a b", "a:", "a\r\nb", "\xc3\xa4", "(a)", "a/b", "\x7f"})
             test::check(!is_token(text), text);
     }},
    {"a value ends no line, and has no blanks at its ends",
     [] {
         for (auto const* text : {"", "a", "a b\tc", "\xc3\xa4", "\"\""}) test::check(is_field_value(text), text);
         for (auto const* text : {" ", " a", "a ", "a\t", "a\nb", "a\rb", "\r\n"})
             test::check(!is_field_value(text), text);
         test::check(!is_field_value({"a\0b", 3}), "a zero");
     }},
};

}  // namespace

int main() {
    return test::run("base/http_message", tests);
}
