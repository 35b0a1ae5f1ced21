// Characters of UTF-8 text, and those that are obeyed.
#include "base/utf8.h"

#include <fmt/format.h>

#include "test.h"

namespace {

using namespace kindgate;

void reads_characters() {
    struct Case {
        std::string_view text;
        char32_t code;
        std::size_t bytes;
    };
    for (auto const& c : {Case{"a", U'a', 1},
                          {"\x7f", 0x7f, 1},
                          {"üx", U'ü', 2},
                          {"€", U'€', 3},
                          {"\u0800", 0x800, 3},
                          {"\ud7ff", 0xd7ff, 3},
                          {"\uffff", 0xffff, 3},
                          {"😀x", U'😀', 4},
                          {"\U0010ffff", 0x10ffff, 4},
                          {{"\0", 1}, 0, 1}}) {
        auto const got = first_character(c.text);
        test::check(got.valid, c.text);
        test::equal(static_cast<std::uint32_t>(got.code), static_cast<std::uint32_t>(c.code), c.text);
        test::equal(got.bytes, c.bytes, c.text);
    }
}

void refuses_other_bytes() {
    for (std::string_view const text :
         {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc3(", "\xe2\x82(",
          "\xf0\x9f\x98("}) {
        auto const got = first_character(text);
        test::check(!got.valid && got.bytes == 1, fmt::format("{:02x}", fmt::join(text, " ")));
    }
}

void knows_what_is_obeyed() {
    struct Case {
        std::string_view text;
        Obeyed is;
    };
    for (auto const& [text, is] : {Case{"", Obeyed::nothing},
                                   {"Ödegård 😀 עברית é", Obeyed::nothing},
                                   {"می\u200cخواهم 👩\u200d👧", Obeyed::nothing},  // joiners belong to their words
                                   {"\xff", Obeyed::nothing},
                                   {"\x1b[2J", Obeyed::control},
                                   {"a\nb", Obeyed::control},
                                   {"a\x7f", Obeyed::control},
                                   {"a\xc2\x85", Obeyed::control},
                                   {"a\xc2\x9f", Obeyed::control},
                                   {"a\xc2\xa0", Obeyed::nothing},
                                   {"\u2028", Obeyed::control},
                                   {"a\u061c", Obeyed::direction},
                                   {"a\u200e", Obeyed::direction},
                                   {"\u202egpj.exe", Obeyed::direction},
                                   {"\u2066a\u2069\n", Obeyed::direction}})
        test::check(obeyed(text) == is, text);
}

void counts_characters() {
    test::equal(count_characters(""), 0U, "none");
    test::equal(count_characters("aü€😀"), 4U, "characters, not bytes");
    test::equal(count_characters("\xff\xc3"), 2U, "other bytes");
}

constexpr test::Test tests[] = {
    {"a character of one to four bytes is read", reads_characters},
    {"bytes that begin no character are none", refuses_other_bytes},
    {"controls and what turns the direction of writing are obeyed, joiners are not", knows_what_is_obeyed},
    {"characters are counted, not bytes", counts_characters},
};

}  // namespace

int main() {
    return test::run("base/utf8", tests);
}
