#include "content/dns_svcb.h"

#include <sstream>
#include <string>

#include "dns_build.h"

using namespace kindgate;
namespace dns = content::dns;

namespace {

constexpr test::Test tests[] = {
    {"every row of the SVCB corpus is accepted or rejected as it says",
     [] {
         std::istringstream rows{test::data_text("corpora/dns/svcb_rdata.tsv")};
         std::string line;
         std::getline(rows, line);
         std::size_t count = 0;
         while (std::getline(rows, line)) {
             std::istringstream fields{line};
             std::string id, kind, hex, expect;
             for (auto* field : {&id, &kind, &hex, &expect}) std::getline(fields, *field, '\t');
             auto const data = test::from_hex(hex);
             dns::Service service;
             test::equal(dns::read_service(data, 0, service) ? "ACCEPT" : "REJECT", expect, id);
             ++count;
         }
         test::equal(count, 18U, "rows");
     }},
    {"what a gate has to know is found",
     [] {
         // 1 . mandatory=alpn alpn=h2 ipv4hint=192.0.2.1,192.0.2.2 ech=(3 bytes) ipv6hint=2001:db8::1
         auto const data = test::from_hex(
             "000100"
             "000000020001"
             "00010003026832"
             "00040008c0000201c0000202"
             "00050003010203"
             "0006001020010db8000000000000000000000001");
         dns::Service service;
         test::check(dns::read_service(data, 0, service), "well-formed");
         test::equal(service.priority, 1, "priority");
         test::check(service.target.root() && service.has_ech, "target and ech");
         test::equal(service.mandatory.size(), 2U, "mandatory");
         test::equal(service.ipv4_hints.size(), 8U, "two hints");
         test::equal(service.ipv6_hints.size(), 16U, "one hint");
     }},
    {"odd parameters are refused",
     [] {
         for (std::string const params : {"00030001", "0003000135", "0004000300aabb", "00040000", "00050000",
                                          "00060008aabbccddeeff0011", "00010000", "0001000100", "0001000302",
                                          "00030002003500030002"
                                          "0035",
                                          "00000002"
                                          "0000",
                                          "000000020003", "00000000", "0000000100"}) {
             auto const data = test::from_hex("000100" + params);
             dns::Service service;
             test::check(!dns::read_service(data, 0, service), params);
         }
     }},
    {"attack class 10: a mandatory list of 15,000 keys costs one walk, not its square",
     [] {
         test::ByteVector data = test::from_hex("000100");
         auto const put = [&](unsigned value) {
             data.push_back(static_cast<std::byte>(value >> 8));
             data.push_back(static_cast<std::byte>(value));
         };
         put(0);
         put(2 * 10000);
         for (unsigned key = 0; key < 10000; ++key) put(key + 100);
         for (unsigned key = 0; key < 10000; ++key) {
             put(key + 100);
             put(0);
         }
         dns::Service service;
         test::check(dns::read_service(data, 0, service), "well-formed, and read at once");
     }},
};

}  // namespace

int main() {
    return test::run("content/dns_svcb", tests);
}
