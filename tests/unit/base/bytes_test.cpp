#include "base/bytes.h"

#include "test.h"

namespace {

using namespace kindgate;

std::string read(std::string_view text) {
    auto const bytes = from_base64url(text);
    return bytes ? hex(*bytes) : "none";
}

constexpr test::Test tests[] = {
    {"base64url is that of RFC 4648, 5 and 10, padded and not",
     [] {
         struct Case {
             std::string_view plain, padded, bare;
         };
         for (auto const& c :
              {Case{"", "", ""}, Case{"f", "Zg==", "Zg"}, Case{"fo", "Zm8=", "Zm8"}, Case{"foo", "Zm9v", "Zm9v"},
               Case{"foob", "Zm9vYg==", "Zm9vYg"}, Case{"\xfb\xff\xbf", "-_-_", "-_-_"}}) {
             test::equal(base64url(bytes_of(c.plain)), c.padded, "padded");
             test::equal(base64url_unpadded(bytes_of(c.plain)), c.bare, "bare");
             test::equal(read(c.padded), hex(bytes_of(c.plain)), "read");
             test::equal(read(c.bare), hex(bytes_of(c.plain)), "read without padding");
         }
     }},
    {"wrong padding, signs, lengths and bits behind the end are none",
     [] {
         for (std::string_view const wrong :
              {"=", "====", "A", "AA=", "AAA==", "AAAA=", "A+AA", "A/AA", "A AA", "AA==AA", "Zh", "Zm9=", "Zm8\n"})
             test::equal(read(wrong), "none", wrong);
     }},
    {"base64 of a PEM file: line ends between, other signs are none",
     [] {
         test::equal(hex(*from_base64("Zm9v\r\nYg==\n")), hex(bytes_of("foob")), "two lines");
         test::check(!from_base64("Zm9v-"), "a sign of base64url");
     }},
    {"hexadecimal digits in either case, two an octet",
     [] {
         test::equal(hex(*from_hex("00fFAb")), "00ffab", "octets");
         for (std::string_view const wrong : {"0", "0g", "0x00", " 00"}) test::check(!from_hex(wrong), wrong);
     }},
};

}  // namespace

int main() {
    return test::run("base/bytes", tests);
}
