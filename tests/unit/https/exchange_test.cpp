// One request over HTTPS, against a server that answers well, badly, too much, too late or not at all.
#include "https/exchange.h"

#include <atomic>
#include <vector>

#include "server.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using https::exchange;
using https::Limits;
using https::parse_url;
using test::Authorities;
using test::Server;
using test::Visit;

Server::Behaviour answers(std::string text) {
    return [text = std::move(text)](Visit& visit) {
        visit.request();
        visit.say(text);
        visit.finish();
    };
}

void fails(HttpRequest const& request, Limits const& limits, ErrorCode code, std::string_view says,
           std::source_location where = std::source_location::current()) {
    auto const reply = exchange(request, limits);
    test::check(!reply.ok(), "no answer", where);
    test::contains(reply.error().message(), says, where);
    test::check(reply.error().code() == code, reply.error().message(), where);
}

constexpr test::Test tests[] = {
    {"an address has a host, a port and a target",
     [] {
         struct Case {
             std::string_view text, host, port, target;
         };
         for (auto const& c :
              {Case{"https://a.example", "a.example", "443", "/"}, Case{"https://a.example/", "a.example", "443", "/"},
               Case{"https://a.example:8443/x/y?z=1", "a.example", "8443", "/x/y?z=1"},
               Case{"https://192.0.2.1?q", "192.0.2.1", "443", "/?q"},
               Case{"https://a.example/x#part", "a.example", "443", "/x"}})
             test::check(test::value(parse_url(c.text)) ==
                             https::Url{std::string{c.host}, std::string{c.port}, std::string{c.target}},
                         c.text);
     }},
    {"what is no https address is refused with what to write",
     [] {
         for (auto const* text :
              {"", "a.example", "http://a.example/", "https://", "https:///x", "https://:443/", "https://a.example:/",
               "https://a.example:99999x/", "https://user@a.example/", "https://[::1]/", "https://a example/",
               "https://a.example/\r\nX: y", "https://\xc3\xa4.example/"}) {
             auto const url = parse_url(text);
             test::check(!url.ok() && url.error().code() == ErrorCode::invalid_input, text);
             test::contains(url.error().message(), "write one like https://");
         }
     }},
    {"a request arrives as it was meant, and so does its answer",
     [] {
         std::string heard;
         Authorities const trusted;
         {
             Server const server{[&](Visit& visit) {
                 heard = visit.request();
                 visit.say("HTTP/1.1 201 Created\r\nContent-Type: a/b\r\nX: 1\r\nX: 2\r\nContent-Length: 3\r\n\r\nyes");
                 visit.finish();
             }};
             std::vector<std::size_t> told;
             auto const reply = test::value(
                 exchange({"PUT", server.url("/reports?x=1"), {{"Content-Type", "c/d"}, {"X", "y"}}, {'a', 0, 'b'}},
                          trusted.limits(), [&](std::size_t octets) { told.push_back(octets); }));
             test::check(reply == HttpReply{201,
                                            {{"Content-Type", "a/b"}, {"X", "1"}, {"X", "2"}, {"Content-Length", "3"}},
                                            {'y', 'e', 's'}},
                         "the answer");
             test::check(!told.empty() && told.back() == 3, "progress");
             test::check(heard.starts_with("PUT /reports?x=1 HTTP/1.1\r\nHost: localhost:"), heard);
         }
         for (auto const* field : {"User-Agent: kindgate\r\n", "Accept-Encoding: identity\r\n", "Connection: close\r\n",
                                   "Content-Type: c/d\r\n", "X: y\r\n", "Content-Length: 3\r\n"})
             test::contains(heard, field);
         test::check(heard.ends_with(std::string_view{"\r\n\r\na\0b", 7}), heard);
     }},
    {"whatever the status, it is an answer; those that come before it are passed over",
     [] {
         Authorities const trusted;
         for (auto const* status : {"200", "204", "302", "404", "503"}) {
             Server const server{
                 answers(fmt::format("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
                                     "HTTP/1.1 {} Yes\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
                                     status))};
             auto const reply = test::value(exchange({"GET", server.url()}, trusted.limits()));
             test::equal(fmt::format("{}", reply.status), status, "status");
         }
         Server const server{answers("HTTP/1.1 700 No\r\nContent-Length: 0\r\n\r\n")};
         fails({"GET", server.url()}, trusted.limits(), ErrorCode::unavailable, "no status");
     }},
    {"HEAD has no body, whatever length is said",
     [] {
         Authorities const trusted;
         Server const server{answers("HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n")};
         test::check(test::value(exchange({"HEAD", server.url()}, trusted.limits())).body.empty(), "none");
     }},
    {"a certificate for another name, or one that nobody trusted vouches for, is refused before anything is said",
     [] {
         std::string heard;
         std::string heard_too;
         {
             Server const other{[&](Visit& visit) { heard = visit.request(); }, test::gate_certificate};
             fails({"GET", other.url()}, Authorities{test::gate_certificate}.limits(), ErrorCode::forbidden,
                   "isn't trusted or isn't for this name");
             Server const untrusted{[&](Visit& visit) { heard_too = visit.request(); }};
             fails({"GET", untrusted.url()}, Authorities{test::gate_certificate}.limits(), ErrorCode::forbidden,
                   "isn't trusted or isn't for this name");
         }
         test::equal(heard + heard_too, "", "heard");
     }},
    {"without authorities nobody is asked",
     [] {
         auto limits = Authorities{}.limits();
         limits.authorities += ".missing";
         fails({"GET", "https://localhost:1/"}, limits, ErrorCode::system, "no certificates to trust");
     }},
    {"what stands in no limit of the body, a chunk's extension or a trailer, is limited, too",
     [] {
         Authorities const trusted;
         std::string const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
         std::string const much(1U << 20U, 'x');
         for (auto const& endless : {head + "1;" + much, head + "0\r\nTrailer: " + much}) {
             Server const server{answers(endless)};
             test::check(!exchange({"GET", server.url()}, trusted.limits()).ok(), "refused");
         }
     }},
    {"an answer whose end was cut is none, unless it was whole by what it said",
     [] {
         Authorities const trusted;
         auto const cut = [](std::string text) {
             return [text](Visit& visit) {
                 visit.request();
                 visit.say(text);
             };
         };
         for (auto const* text : {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\n\r\nhalf",
                                  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhalf",
                                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"}) {
             Server const server{cut(text)};
             fails({"GET", server.url()}, trusted.limits(), ErrorCode::unavailable, "the connection broke");
         }
         Server const whole{cut("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole")};
         test::equal(test::value(exchange({"GET", whole.url()}, trusted.limits())).body.size(), 5U, "by its length");
         Server const closed{answers("HTTP/1.1 200 OK\r\n\r\nwhole")};
         test::equal(test::value(exchange({"GET", closed.url()}, trusted.limits())).body.size(), 5U, "by its end");
     }},
    {"an answer larger than the limit is refused, by what is said and by what comes",
     [] {
         auto const limits = [](Authorities const& trusted, std::size_t largest) {
             auto made = trusted.limits();
             made.largest = largest;
             return made;
         };
         Authorities const trusted;
         for (auto const* text : {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345", "HTTP/1.1 200 OK\r\n\r\n12345",
                                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n"}) {
             Server const server{answers(text)};
             fails({"GET", server.url()}, limits(trusted, 4), ErrorCode::invalid_input, "more than 4 bytes");
             test::equal(test::value(exchange({"GET", server.url()}, limits(trusted, 5))).body.size(), 5U, text);
         }
         Server const endless{[](Visit& visit) {
             visit.request();
             visit.say("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'));
             visit.wait_until_left();
         }};
         fails({"GET", endless.url()}, trusted.limits(), ErrorCode::unavailable, "the connection broke");
     }},
    {"a server that doesn't go on is left in time, wherever it stops",
     [] {
         Authorities const trusted;
         auto limits = trusted.limits();
         limits.patience = 500ms;
         for (auto const* text : {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhalf"}) {
             Server const server{[text](Visit& visit) {
                 visit.request();
                 visit.say(text);
                 visit.wait_until_left();
             }};
             fails({"GET", server.url()}, limits, ErrorCode::unavailable, "it isn't there after 0.5 s");
         }
         // The kernel takes the connection, and nobody shakes hands.
         std::atomic<bool> left = false;
         Server const silent{[&](Visit&) { left.wait(false); }};
         fails({"GET", silent.url()}, limits, ErrorCode::unavailable, "no TLS connection");
         left = true;
         left.notify_all();
     }},
    {"who has no server is told so; where only public addresses are reached, who has one at home",
     [] {
         Authorities const trusted;
         fails({"GET", "https://localhost:1/"}, trusted.limits(), ErrorCode::unavailable, "doesn't answer on port 1");
         auto limits = trusted.limits();
         limits.reach = https::Reach::public_only;
         for (auto const* url : {"https://localhost:1/", "https://10.0.0.1/", "https://192.168.1.1:8443/"})
             fails({"GET", url}, limits, ErrorCode::forbidden, "private address");
     }},
    {"what would begin another line of the head is refused, and nobody is asked",
     [] {
         auto const limits = Authorities{}.limits();
         for (auto const& request :
              {HttpRequest{"", "https://localhost:1/"}, HttpRequest{"GET /x", "https://localhost:1/"},
               HttpRequest{"GET", "https://localhost:1/", {{"X: y\r\nZ", "1"}}},
               HttpRequest{"GET", "https://localhost:1/", {{"", "1"}}},
               HttpRequest{"GET", "https://localhost:1/", {{"If-None-Match", "\"1\"\r\nZ: 1"}}}})
             fails(request, limits, ErrorCode::invalid_input, "can't stand in a request's head");
         fails({"GET", "http://localhost/"}, limits, ErrorCode::invalid_input, "no https address");
     }},
};

}  // namespace

int main() {
    return test::run("https/exchange", tests);
}
