#include "cbor_items.h"

#include "age/cbor_writer.h"
#include "test.h"

namespace {

using namespace kindgate;
using age::Cbor;
using age::CborWriter;

bool reads(std::string_view digits, age::CborLimits const& limits = {}) {
    auto const bytes = *from_hex(digits);
    return Cbor::read(bytes, limits).has_value();
}

constexpr test::Test tests[] = {
    {"what is written is read, and each item says where it stood",
     [] {
         auto const bytes = CborWriter{}
                                .map(3)
                                .text("list")
                                .array(3)
                                .number(1)
                                .number(-7)
                                .number(1000000)
                                .number(-1)
                                .tag(24)
                                .bytes(Bytes{1, 2, 3})
                                .number(33)
                                .boolean(true)
                                .view();
         auto const read = Cbor::read(bytes, {});
         test::check(read.has_value(), "read");
         auto const root = read->root();
         test::equal(root.size(), 3U, "pairs");
         test::equal(hex(root.encoded()), hex(bytes), "all of it");
         test::equal(*root.find("list").at(2).number(), 1000000U, "a number");
         test::check(!root.find("list").at(3) && !root.find("list").at(1).number(), "what isn't there");
         test::equal(hex(root.find(-1).encoded()), "d81843010203", "a tag, whole");
         test::equal(hex(*root.find(-1).tagged(24).bytes()), "010203", "what it holds");
         test::check(!root.find(-1).tagged(25), "another tag");
         test::check(*root.find(33).boolean(), "true");
         test::check(!root.find(32) && !root.find("List"), "other keys");
     }},
    {"a key that is there twice isn't there",
     [] {
         auto const bytes = *from_hex("a3616101616102616203");
         auto const read = Cbor::read(bytes, {});
         test::check(!read->root().find("a") && read->root().find("b"), "a twice, b once");
     }},
    {"cut, with something behind, of indefinite length: not read",
     [] {
         constexpr std::string_view whole = "a16161820102";
         test::check(reads(whole), "whole");
         for (std::size_t size = 0; size < whole.size(); size += 2) test::check(!reads(whole.substr(0, size)), "cut");
         test::check(!reads("a1616182010200"), "something behind");
         for (auto const* const indefinite : {"9fff", "bfff", "5fff", "7fff", "9f01ff", "ff"})
             test::check(!reads(indefinite), indefinite);
         for (auto const* const reserved : {"1c", "3d", "5e", "fc"}) test::check(!reads(reserved), reserved);
     }},
    {"lengths that can't be, depth, number and size have limits",
     [] {
         for (auto const* const bomb : {"9bffffffffffffffff", "bb7fffffffffffffff", "bbffffffffffffffff", "9affffffff",
                                        "5bffffffffffffffff", "7affffffff"})
             test::check(!reads(bomb), bomb);
         std::string deep;
         for (int i = 0; i < 15; ++i) deep += "81";
         test::check(reads(deep + "00"), "sixteen deep");
         test::check(!reads("81" + deep + "00"), "seventeen");
         Bytes const many(511, 0);
         test::check(Cbor::read(CborWriter{}.array(511).encoded(many).view(), {}).has_value(), "512 items");
         test::check(!Cbor::read(CborWriter{}.array(512).encoded(Bytes(512, 0)).view(), {}).has_value(), "513 items");
         test::check(!Cbor::read(CborWriter{}.bytes(Bytes(20000, 0)).view(), {}).has_value(), "20,000 octets");
     }},
};

}  // namespace

int main() {
    return test::run("age/cbor_items", tests);
}
