#include "json.h"

#include "client.h"
#include "test.h"

namespace {

using namespace kindgate;
using namespace kindgate::cli;

constexpr test::Test tests[] = {
    {"text becomes a JSON string that ends where the text does",
     [] {
         test::equal(json_string(R"(a "b" \ c)"), R"("a \"b\" \\ c")", "quotes");
         test::equal(json_string("line\n\t\x01"), R"("line\u000a\u0009\u0001")", "controls");
         test::equal(json_string("Zoë"), "\"Zoë\"", "UTF-8");
     }},
    {"a word in a path or query can't become another one",
     [] {
         test::equal(url_word("kid"), "kid", "plain");
         test::equal(url_word("02:00:5e:10:00:01"), "02:00:5e:10:00:01", "hardware address");
         test::equal(url_word("a b&c=d/e?f%#"), "a%20b%26c%3Dd%2Fe%3Ff%25%23", "reserved");
         test::equal(url_word("2026-03-29T02:30+02:00"), "2026-03-29T02:30%2B02:00", "plus is no space");
         test::equal(url_word("Zoë\r\n"), "Zo%C3%AB%0D%0A", "bytes");
     }},
};

}  // namespace

int main() {
    return test::run("cli/json", tests);
}
