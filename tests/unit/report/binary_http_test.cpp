// Binary HTTP: the examples of RFC 9292, section 5, and what is no message. The examples' octets are from its source,
// draft-ietf-httpbis-binary-message.md in the repository httpwg/http-extensions.
#include "binary_http.h"

#include <fmt/format.h>

#include "test.h"

namespace {

using namespace kindgate;
using namespace kindgate::report;

Bytes octets(std::string_view digits) {
    auto const read = from_hex(digits);
    if (!read) test::fail("no hexadecimal digits");
    return *read;
}

Bytes text(std::string_view letters) {
    return {letters.begin(), letters.end()};
}

// 5.1. The host stands in the field there, here in the address.
HttpRequest const example_request{
    "GET",
    "https://www.example.com/hello.txt",
    {{"user-agent", "curl/7.16.3 libcurl/7.16.3 OpenSSL/0.9.7l zlib/1.2.3"}, {"accept-language", "en, mi"}},
    {}};
constexpr std::string_view known_request =
    "0003474554056874747073000a2f68656c6c6f2e747874406c0a757365722d6167656e74346375726c2f372e31362e33206c69626375726c2f"
    "372e31362e33204f70656e53534c2f302e392e376c207a6c69622f312e322e3304686f73740f7777772e6578616d706c652e636f6d0f616363"
    "6570742d6c616e677561676506656e2c206d690000";
constexpr std::string_view indeterminate_request =
    "0203474554056874747073000a2f68656c6c6f2e7478740a757365722d6167656e74346375726c2f372e31362e33206c69626375726c2f372e"
    "31362e33204f70656e53534c2f302e392e376c207a6c69622f312e322e3304686f73740f7777772e6578616d706c652e636f6d0f6163636570"
    "742d6c616e677561676506656e2c206d6900000000000000000000000000";

// 5.2: 102 and 103 first.
constexpr std::string_view indeterminate_response =
    "0340660772756e6e696e670a22736c65657020313522004067046c696e6b233c2f7374796c652e6373733e3b2072656c3d7072656c6f6164"
    "3b2061733d7374796c65046c696e6b243c2f7363726970742e6a733e3b2072656c3d7072656c6f61643b2061733d7363726970740040c804"
    "646174651d4d6f6e2c203237204a756c20323030392031323a32383a353320474d5406736572766572064170616368650d6c6173742d6d6f"
    "6469666965641d5765642c203232204a756c20323030392031393a31353a353620474d5404657461671422333461613338372d642d313536"
    "3865623030220d6163636570742d72616e6765730562797465730e636f6e74656e742d6c656e67746802353104766172790f416363657074"
    "2d456e636f64696e670c636f6e74656e742d747970650a746578742f706c61696e003348656c6c6f20576f726c6421204d7920636f6e7465"
    "6e7420696e636c75646573206120747261696c696e672043524c462e0d0a0000";
constexpr std::string_view chunked_response =
    "0140c8001d5468697320636f6e74656e7420636f6e7461696e732043524c462e0d0a0d07747261696c65720474657874";

bool is_request(std::string_view hex) {
    return decode_request(octets(hex)).ok();
}
bool is_response(std::string_view hex) {
    auto const reply = decode_response(octets(hex));
    if (!reply.ok()) test::check(reply.error().code() == ErrorCode::invalid_input, reply.error().message());
    return reply.ok();
}

constexpr test::Test tests[] = {
    {"the request of RFC 9292, 5.1 is read in both forms, wherever empty parts are left out",
     [] {
         for (auto const example : {known_request, indeterminate_request}) {
             auto bytes = octets(example);
             std::size_t const may_go = example == known_request ? 2 : 12;
             for (std::size_t gone = 0; gone <= may_go; ++gone, bytes.pop_back())
                 test::check(test::value(decode_request(bytes)) == example_request, fmt::format("less {}", gone));
             for (; !bytes.empty(); bytes.pop_back())
                 if (decode_request(bytes).ok()) test::fail("cut: " + hex(bytes));
         }
     }},
    {"the answers of RFC 9292, 5.2 are read, without those that only inform and without trailers",
     [] {
         auto const reply = test::value(decode_response(octets(indeterminate_response)));
         test::equal(reply.status, 200U, "status");
         test::equal(reply.fields.size(), 8U, "fields");
         test::equal(field(reply.fields, "ETag"), "\"34aa387-d-1568eb00\"", "ETag");
         test::equal(text_of(reply.body), "Hello World! My content includes a trailing CRLF.\r\n", "content");
         auto const chunked = test::value(decode_response(octets(chunked_response)));
         test::check(chunked == HttpReply{200, {}, text("This content contains CRLF.\r\n")}, "chunked");
     }},
    {"what is written is read again, as short as it can be said",
     [] {
         for (auto const& request :
              {HttpRequest{"GET", "https://a.example/"}, HttpRequest{"PUT", "https://a.example:8443/x?y=z", {}, {1, 2}},
               HttpRequest{"POST", "http://a/", {{"x", ""}, {"content-type", "a/b"}, {"x", "2"}}, Bytes(70'000)},
               HttpRequest{"GET", "https://a.example/", {{"x", std::string(20'000, 'y')}}}})
             test::check(test::value(decode_request(test::value(encode_request(request)))) == request, request.url);
         for (auto const& reply : {HttpReply{200}, HttpReply{599, {{"x", "y"}}}, HttpReply{404, {}, {0, 0}}})
             test::check(test::value(decode_response(test::value(encode_response(reply)))) == reply, "reply");
         test::equal(hex(test::value(encode_response({200}))), "0140c8", "no empty parts");
         auto const lowered = decode_response(test::value(encode_response({200, {{"Content-Type", "a/B"}}})));
         test::check(test::value(lowered).fields == HttpFields{{"content-type", "a/B"}}, "names, not values");
     }},
    {"an address is taken apart as a client does",
     [] {
         struct Case {
             std::string_view url, back;
         };
         for (auto const& c :
              {Case{"https://a.example", "https://a.example/"}, Case{"https://a.example?x=1", "https://a.example/?x=1"},
               Case{"https://a.example/x#part", "https://a.example/x"}})
             test::equal(test::value(decode_request(test::value(encode_request({"GET", std::string{c.url}})))).url,
                         c.back, c.url);
     }},
    {"what can't be said in HTTP is not written",
     [] {
         for (auto const& request :
              {HttpRequest{"GE T", "https://a/"}, HttpRequest{"", "https://a/"}, HttpRequest{"GET", "a.example/"},
               HttpRequest{"GET", "ftp://a/"}, HttpRequest{"GET", "https:///x"}, HttpRequest{"GET", "https://a/ b"},
               HttpRequest{"GET", "https://a/", {{"x\r\ny", "1"}}}, HttpRequest{"GET", "https://a/", {{"x", "1\r\n"}}},
               HttpRequest{"GET", "https://a/", {{":path", "/b"}}}, HttpRequest{"GET", "https://a/", {{"", "1"}}}})
             test::check(!encode_request(request).ok(), request.url);
         for (auto const status : {0U, 100U, 199U, 600U}) test::check(!encode_response({status}).ok(), "status");
     }},
    {"lengths may be said in more octets than they need",
     [] {
         test::check(is_response("4001800000c8"), "two octets, then four");
         test::check(is_response("c000000000000001c0000000000000c8"), "eight");
     }},
    {"what is no answer is refused",
     [] {
         for (auto const* good : {"0140c8", "0140c800", "0140c80000", "0140c8000000", "0140c8000000000000", "0340c8",
                                  "0340c800", "0340c8000000", "0140640040c8", "0140c80401780179", "0340c80178017900",
                                  "0140c803017800", "0340c800016101620000"})
             test::check(is_response(good), good);
         for (auto const* bad : {"",
                                 "01",
                                 "0140",
                                 "0040c8",
                                 "0240c8",
                                 "0440c8",  // frames
                                 "0100",
                                 "014063",
                                 "014258",
                                 "01ffffffffffffffff",  // statuses
                                 "014064",
                                 "01406400",
                                 "01406440c8",  // informs, and no more
                                 "0140c801",
                                 "0140c80401",
                                 "0140c8050178017900",  // sections and their lengths
                                 "0140c8020178",
                                 "0140c80300780179",
                                 "0140c80401580179",  // names: no value, empty, upper case
                                 "0140c804013a0179",
                                 "0140c80401780120",
                                 "0140c8040178010a",
                                 "0140c80401780100",  // values
                                 "0140c80005",
                                 "0140c8000561",
                                 "0140c800ffffffffffffffff61",  // content
                                 "0140c80000000001",
                                 "0140c8000001",  // trailers, padding
                                 "0340c8017801",
                                 "0340c801780179",
                                 "0340c8000161",
                                 "0340c800016101",
                                 "0340c8000261"})
             test::check(!is_response(bad), bad);
     }},
    {"what is no request is refused",
     [] {
         // GET https a /
         test::check(is_request("00034745540568747470730161012f"), "the same, right");
         for (auto const* bad :
              {"", "00", "0003474554", "01034745540568747470730161012f", "00000568747470730161012f",
               "00034720540568747470730161012f", "00034745540568747470780161012f", "000347455405687474707300012f",
               "0003474554056874747073016100", "000347455405687474707301610161", "00034745540568747470730161022f20",
               "00034745540568747470730120012f", "0003474554056874747073012f012f"})
             test::check(!is_request(bad), bad);
     }},
    // A path is no place for a fragment, which the next in line would cut off: found by the fuzzer.
    {"a path that holds a fragment is refused",
     [] {
         test::check(is_request("00034745540568747470730161022f61"), "/a");
         test::check(!is_request("00034745540568747470730161022f23"), "/#");
     }},
    {"the host is said by the address or by the field, and by both alike",
     [] {
         auto const with = [](std::string_view authority, std::string_view host) {
             return test::value(
                 encode_request({"GET", fmt::format("https://{}/", authority), {{"host", std::string{host}}}}));
         };
         auto const same = test::value(decode_request(with("a.example", "a.example")));
         test::check(same == HttpRequest{"GET", "https://a.example/"}, "once");
         test::check(!decode_request(with("a.example", "b.example")).ok(), "two hosts");
     }},
    {"fields without end are refused before they take the memory",
     [] {
         HttpReply reply{200};
         for (int i = 0; i < 256; ++i) reply.fields.emplace_back("x", "");
         test::check(decode_response(test::value(encode_response(reply))).ok(), "256");
         reply.fields.emplace_back("x", "");
         test::check(!decode_response(test::value(encode_response(reply))).ok(), "257");
         std::string informs = "01";
         for (int i = 0; i < 300; ++i) informs += "406400";
         test::check(!is_response(informs + "40c8"), "300 that inform");
     }},
};

}  // namespace

int main() {
    return test::run("report/binary_http", tests);
}
