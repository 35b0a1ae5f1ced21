#include "api_target.h"

#include "test.h"

namespace {

using namespace kindgate;
using control::ApiTarget;

ApiTarget target(std::string_view text) {
    return test::value(ApiTarget::parse(text));
}

constexpr test::Test tests[] = {
    {"a target is its segments and fields, decoded",
     [] {
         test::check(
             target("/v1/devices/02%3A00%3a5e:10:00:01") == ApiTarget{{"v1", "devices", "02:00:5e:10:00:01"}, {}},
             "path");
         test::check(target("/v1/explain?profile=kid&at=2026-03-29T02:30:00+02:00") ==
                         ApiTarget{{"v1", "explain"}, {{"profile", "kid"}, {"at", "2026-03-29T02:30:00+02:00"}}},
                     "query, with its plus");
         test::check(target("/?a=b=c&empty=&none") == ApiTarget{{}, {{"a", "b=c"}, {"empty", ""}, {"none", ""}}},
                     "values");
         test::check(target("/a%2Fb?x=%26%3d%25") == ApiTarget{{"a/b"}, {{"x", "&=%"}}}, "separators stay inside");
         test::check(target("/v1/status/") == ApiTarget{{"v1", "status"}, {}}, "a slash at the end");
         test::check(target("//v1") == ApiTarget{{"", "v1"}, {}}, "an empty segment");
         test::check(target("/?m%C3%BCsli=1").field("m\xc3\xbcsli") == "1", "UTF-8");
         test::equal(target("/x?a=1").field("b"), "", "a field that isn't there");
     }},
    {"what can't be read is refused with a word",
     [] {
         struct Case {
             char const *text, *says;
         };
         for (auto const& c : {Case{"", "begin with '/'"}, Case{"*", "begin with '/'"},
                               Case{"http://gate/v1", "begin with '/'"}, Case{"/%", "%25"}, Case{"/%4", "%25"},
                               Case{"/%zz", "%25"}, Case{"/x?at=5%", "%25"}, Case{"/%00", "control character"},
                               Case{"/x?a=%0d%0aSet:1", "control character"}, Case{"/x?%7f", "control character"},
                               Case{"/x?a=1&a=2", "'a' is given twice"}, Case{"/x?a=1&%61=2", "'a' is given twice"}}) {
             auto const refused = ApiTarget::parse(c.text);
             test::check(!refused.ok(), c.text);
             test::contains(refused.error().message(), c.says);
         }
     }},
    {"If-Match is one strong tag or *",
     [] {
         test::equal(test::value(control::parse_if_match("\"0123\"")), "0123", "a tag");
         test::equal(test::value(control::parse_if_match("*")), "*", "any");
         for (auto const* text : {"", "0123", "\"", "\"\"", "W/\"0123\"", "\"a\", \"b\"", "\"a"})
             test::check(!control::parse_if_match(text).ok(), text);
     }},
};

}  // namespace

int main() {
    return test::run("control/api_target", tests);
}
