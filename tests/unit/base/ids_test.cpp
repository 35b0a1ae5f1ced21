#include "base/ids.h"

#include <array>

#include "base/ip.h"
#include "test.h"

namespace {

using namespace kindgate;

constexpr test::Test tests[] = {
    {"a hardware address is read in the spellings people use and written in one",
     [] {
         for (auto const* text : {"02:00:5e:10:00:01", "02-00-5E-10-00-01", "02:00:5E:10:00:01"})
             test::equal(test::value(Mac::parse(text)).text(), "02:00:5e:10:00:01", text);
     }},
    {"what no device can have as its address is refused",
     [] {
         for (auto const* text :
              {"", "02:00:5e:10:00", "02:00:5e:10:00:01:02", "02:00:5e-10:00:01", "0g:00:5e:10:00:01",
               "01:00:5e:10:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", "02005e100001"})
             test::check(!Mac::parse(text).ok(), text);
     }},
    {"slots are 1 to 16383",
     [] {
         test::check(!Slot{}.valid() && !Slot{0x4000}.valid(), "outside");
         test::check(Slot{1}.valid() && Slot{0x3fff}.valid(), "inside");
     }},
    {"a prefix holds its addresses and no others",
     [] {
         struct Case {
             char const *prefix, *address;
             bool inside;
         };
         for (auto const& c : {Case{"10.7.0.0/16", "10.7.255.255", true}, Case{"10.7.0.0/16", "10.8.0.0", false},
                               Case{"0.0.0.0/0", "255.1.2.3", true}, Case{"fd00:7::/64", "fd00:7::1", true},
                               Case{"fd00:7::/64", "fd00:7:0:1::1", false}, Case{"::/0", "10.0.0.1", false},
                               Case{"10.0.0.128/25", "10.0.0.127", false}, Case{"10.0.0.7", "10.0.0.7", true}})
             test::equal(test::value(IpPrefix::parse(c.prefix)).contains(test::value(IpAddress::parse(c.address))),
                         c.inside, c.address);
     }},
    {"a prefix with host bits is refused with the one that was meant",
     [] {
         auto const refused = IpPrefix::parse("10.7.3.0/16");
         test::check(!refused.ok(), "host bits");
         test::contains(refused.error().message(), "write 10.7.0.0/16");
         for (auto const* text : {"10.7.0.0/33", "10.7.0.0/", "10.7.0.0/-1", "fd00::/129", "10.7.0/16", "x/8"})
             test::check(!IpPrefix::parse(text).ok(), text);
     }},
};

}  // namespace

int main() {
    return test::run("base/ids", tests);
}
