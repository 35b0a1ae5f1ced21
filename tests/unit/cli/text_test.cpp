#include "text.h"

#include <sstream>

#include "test.h"

namespace {

using namespace kindgate;
using namespace kindgate::cli;

struct Case {
    std::string_view text, expected;
};

constexpr test::Test tests[] = {
    {"names in any script are printed as they are",
     [] {
         for (auto const* text : {"Zoë", "名前", "Größe 7ü", "🦊 fox", "", "plain"})
             test::equal(printable(text), text, text);
     }},
    {"what could move the cursor, hide or turn a name is shown instead of done",
     [] {
         for (auto const& c : {Case{"a\033[2Jb", "a\\x1b[2Jb"}, Case{"two\nlines\r\t", "two\\nlines\\r\\t"},
                               Case{"\x7f", "\\x7f"}, Case{"\xc2\x9b", "\\x9b"},
                               Case{"\xe2\x80\xae"
                                    "abc",
                                    "\\u202eabc"},
                               Case{"\xe2\x80\xa8", "\\u2028"}})
             test::equal(printable(c.text), c.expected, c.expected);
         test::equal(printable(std::string_view{"a\0b", 3}), "a\\x00b", "NUL");
     }},
    {"bytes that are no UTF-8 are shown one by one",
     [] {
         for (auto const& c :
              {Case{"\xff", "\\xff"}, Case{"\xc3", "\\xc3"}, Case{"\xc0\xaf", "\\xc0\\xaf"},
               Case{"\xed\xa0\x80", "\\xed\\xa0\\x80"}, Case{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
               Case{"\xe0\x80\xafx", "\\xe0\\x80\\xafx"}, Case{"a\xf0\x9f", "a\\xf0\\x9f"}})
             test::equal(printable(c.text), c.expected, c.expected);
     }},
    {"width is counted in columns, not in bytes, whatever the locale",
     [] {
         struct Width {
             std::string_view text;
             std::size_t columns;
         };
         for (auto const& c : {Width{"", 0}, Width{"abc", 3}, Width{"Zoë", 3}, Width{"Zoe\xcc\x88", 3},
                               Width{"名前", 4}, Width{"🦊", 2}, Width{"│", 1}})
             test::equal(display_width(c.text), c.columns, c.text);
         test::equal(padded("名前", 6), "名前  ", "padded");
         test::equal(padded("longer", 3), "longer", "never cut");
     }},
    {"a table is aligned by what is seen, and no line ends in spaces",
     [] {
         Table table{{"NAME", "MODE", "WHY"}};
         table.row({"名前", "OFF", ""});
         table.row({"Zoë", "LEARNING", "Lessons"});
         std::ostringstream out;
         table.print(out, false);
         test::equal(out.str(),
                     "NAME  MODE      WHY\n"
                     "名前  OFF\n"
                     "Zoë   LEARNING  Lessons\n",
                     "plain");
     }},
    {"text is wrapped at spaces, and a word is never torn",
     [] {
         test::equal(wrapped("one two three", 0, 7), "one two\nthree", "at the end");
         test::equal(wrapped("one two three", 2, 7), "one\n  two\n  three", "indented");
         test::equal(wrapped("a incomprehensible b", 0, 5), "a\nincomprehensible\nb", "longer than a line");
         test::equal(wrapped("名前 名前", 0, 9), "名前 名前", "by what is seen");
         test::equal(wrapped("", 4, 80), "", "nothing");
     }},
    {"what should be mended stands behind a mark, in one line",
     [] { test::equal(trouble("it is\nbad", false), "! it is\\nbad\n", "escaped"); }},
    {"colours stand around the text, and only where they are wanted",
     [] {
         test::equal(painted("OFF", Paint::bad, false), "OFF", "without");
         test::equal(painted("OFF", Paint::bad, true), "\033[31mOFF\033[0m", "with");
         test::equal(painted("x", Paint::none, true), "x", "none");
     }},
};

}  // namespace

int main() {
    return test::run("cli/text", tests);
}
