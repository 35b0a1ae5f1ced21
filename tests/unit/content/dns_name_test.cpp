#include "content/dns_name.h"

#include <string>

#include "dns_build.h"

using namespace kindgate;
namespace dns = content::dns;

namespace {

std::string text_or(std::string_view text) {
    auto const name = dns::Name::from_text(text);
    return name ? name->text() : "refused";
}

constexpr test::Test tests[] = {
    {"a name is read from text and written as text",
     [] {
         struct Case {
             std::string_view text, expected;
         };
         std::string const label(63, 'x');
         for (auto const& c :
              {Case{"www.Example.com", "www.Example.com"}, Case{"example.com.", "example.com"}, Case{".", "."},
               Case{"", "."}, Case{"a..b", "refused"}, Case{".a", "refused"}, Case{"a\\.b.c", "a\\046b.c"},
               Case{"a\\032b", "a\\032b"}, Case{"a\\3", "refused"}, Case{"a\\", "refused"}, Case{"\\256", "refused"}})
             test::equal(text_or(c.text), c.expected, c.text);
         test::equal(text_or(label), label, "63 bytes");
         test::equal(text_or(label + "x"), "refused", "64 bytes");
         auto const four = label + "." + label + "." + label + ".";
         test::equal(text_or(four + std::string(61, 'y')), four + std::string(61, 'y'), "255 bytes in all");
         test::equal(text_or(four + std::string(62, 'y')), "refused", "256 bytes in all");
     }},
    {"folding changes letters and leaves lengths and other bytes alone",
     [] {
         auto const name = test::dns_name("WwW.\\064\\091{EXAMPLE").folded();
         test::equal(name.text(), "www.@[{example", "folded");
         // A label of 65 bytes or more would look like a letter; there is none.
         test::check(test::dns_name(std::string(63, 'A')).folded() == test::dns_name(std::string(63, 'a')),
                     "the longest label");
     }},
    {"0x20 gives each letter the case of a bit, and folding takes it away",
     [] {
         auto name = test::dns_name("abc1def.example");
         name.set_case(0b001101);
         test::equal(name.text(), "aBc1dEF.EXAMPLE", "the bits, lowest first: 1 is lower case");
         test::check(name.folded() == test::dns_name("abc1def.example"), "the same name");
     }},
    {"pointers lead back, not forward, not to themselves and not into the header",
     [] {
         // At 12: "a.example" (11 bytes); from 23 on what is tried.
         std::string const head =
             "000000000000000000000000"
             "0161076578616d706c6500";
         struct Case {
             std::string_view bytes, expected;
         };
         for (auto const& c : {Case{"c00e", "example"}, Case{"0162c00c", "b.a.example"}, Case{"c017", "refused"},
                               Case{"c018", "refused"}, Case{"0162c017", "refused"}, Case{"c000", "refused"},
                               Case{"c00b", "refused"}, Case{"c0", "refused"}, Case{"80", "refused"},
                               Case{"40", "refused"}, Case{"0561", "refused"}, Case{"", "refused"}}) {
             auto const message = test::from_hex(head + std::string{c.bytes});
             dns::Name name;
             auto const end = dns::NameReader{message}.read(23, name);
             test::equal(end ? name.text() : "refused", c.expected, c.bytes);
             if (end) test::equal(*end, message.size(), "ends behind its pointer");
             test::check(dns::NameReader{message}.skip(23) == end, "skipping sees the same");
         }
     }},
    {"a name of more than 255 bytes by pointers is refused",
     [] {
         test::ByteVector message(12);
         auto const label = test::from_hex("3f" + std::string(126, '6'));
         for (int i = 0; i < 3; ++i) message.insert(message.end(), label.begin(), label.end());
         message.push_back(std::byte{0});
         for (std::size_t const size : {60U, 61U, 62U}) {
             auto longer = message;
             auto const at = longer.size();
             longer.push_back(static_cast<std::byte>(size));
             longer.resize(longer.size() + size, std::byte{'y'});
             for (auto const byte : test::from_hex("c00c")) longer.push_back(byte);
             dns::Name name;
             test::equal(dns::NameReader{longer}.read(at, name).has_value(), size <= 61, std::to_string(size));
         }
     }},
    {"attack class 10: a message of chained pointers spends its budget and no more",
     [] {
         // 20,000 pointers, each to the one before.
         test::ByteVector message(12);
         message.push_back(std::byte{0});
         message.push_back(std::byte{0});
         for (std::size_t at = 14; at < 0x4000; at += 2) {
             message.push_back(static_cast<std::byte>(0xc0 | (at - 2) >> 8));
             message.push_back(static_cast<std::byte>(at - 2));
         }
         dns::NameReader names{message};
         test::check(names.skip(14 + 2 * 63).has_value(), "64 pointers");
         test::check(!names.skip(14 + 2 * 64).has_value(), "65 pointers");
         std::size_t read = 0;
         while (names.skip(14 + 2 * 63)) ++read;
         test::equal(read, (dns::NameReader::budget - 3 * 65) / 65 + 1, "names before the budget is spent");
         test::check(!names.skip(12).has_value(), "and then none, however short");
     }},
};

}  // namespace

int main() {
    return test::run("content/dns_name", tests);
}
