#include "content/dns_answer.h"
#include "dns_build.h"

using namespace kindgate;

namespace {

constexpr test::Test tests[] = {
    {"attack class 13: addresses that no name from outside has business with",
     [] {
         struct Case {
             std::string_view address;
             bool expected;
         };
         for (auto const& c : {Case{"10.0.0.1", true},
                               Case{"127.0.0.1", true},
                               Case{"169.254.1.1", true},
                               Case{"0.0.0.0", true},
                               Case{"172.16.0.1", true},
                               Case{"172.31.255.255", true},
                               Case{"172.32.0.1", false},
                               Case{"192.168.1.1", true},
                               Case{"192.169.0.1", false},
                               Case{"100.64.0.1", true},
                               Case{"100.128.0.1", false},
                               Case{"255.255.255.255", true},
                               Case{"11.0.0.1", false},
                               Case{"192.0.2.1", false},
                               Case{"::", true},
                               Case{"::1", true},
                               Case{"::ffff:10.0.0.1", true},
                               Case{"::ffff:192.0.2.1", false},
                               Case{"fc00::1", true},
                               Case{"fdff::1", true},
                               Case{"fe80::1", true},
                               Case{"fec0::1", true},
                               Case{"ff02::1", false},
                               Case{"2001:db8::1", false},
                               Case{"64:ff9b::10.0.0.1", true},
                               Case{"64:ff9b::192.0.2.1", false},
                               Case{"64:ff9b:1::10.0.0.1", true},
                               Case{"64:ff9b:1::192.0.2.1", false},
                               Case{"::ffff:0:192.168.1.1", true},
                               Case{"::ffff:0:192.0.2.1", false},
                               Case{"2002:a00:1::1", true},
                               Case{"2002:c000:201::1", false},
                               Case{"::10.0.0.1", true}})
             test::equal(content::dns::private_address(test::Message::address_bytes(c.address)), c.expected, c.address);
     }},
};

}  // namespace

int main() {
    return test::run("content/dns_private", tests);
}
