// An OHTTP relay and gateway between a household and what it asks, with the connections left out.
#include "oblivious.h"

#include <fmt/format.h>

#include "test.h"

namespace kindgate::dap {

namespace {

constexpr std::chrono::sys_seconds now{};

// What a household says comes through relay and gateway to a target that tells what it heard.
struct Path {
    std::vector<HttpRequest> heard;
    std::vector<std::string> relay_log;
    std::vector<std::string> gateway_log;
    Faults faults{};  // the gateway's
    Gateway gateway{{.targets = {"https://leader.example/"},
                     .send = [this](HttpRequest const& request) { return at_target(request); },
                     .log = [this](std::string const& line) { gateway_log.push_back(line); }},
                    KeyRing{}};
    Relay relay{"https://gateway.example/x",
                [this](HttpRequest const& request) -> Result<HttpReply> {
                    return gateway.answer(request, {"relay", now, faults});
                },
                [this](std::string const& line) { relay_log.push_back(line); }};

    Result<HttpReply> at_target(HttpRequest const& request) {
        heard.push_back(request);
        return HttpReply{201, {{"Content-Type", "text/x"}, {"Connection", "close"}, {"Content-Length", "2"}}, {7, 8}};
    }
    Send household() {
        auto const key = fetched_gateway(gateway.answer({"GET", "/ohttp-keys"}, {"household", now, faults}));
        return oblivious("https://relay.example/", test::value(key), [this](HttpRequest const& request) {
            return Result<HttpReply>{relay.answer(request, {"192.0.2.7", now})};
        });
    }
};

HttpRequest const wanted{"POST", "https://leader.example/tasks/x/reports", {{"content-type", "a/b"}}, {1, 2, 3}};

constexpr test::Test tests[] = {
    {"a request and its answer come through, and the relay knows sizes alone",
     [] {
         Path path;
         auto const reply = test::value(path.household()(wanted));
         test::equal(path.heard.size(), 1U, "asked");
         test::check(path.heard.front() == wanted, "as it was said");
         test::check(reply == HttpReply{201, {{"content-type", "text/x"}}, {7, 8}}, "the answer");
         test::equal(path.relay_log.size(), 1U, "a line");
         test::contains(path.relay_log.front(), "octets from 192.0.2.7, ");
         test::equal(path.gateway_log.front(), "asks POST https://leader.example/tasks/x/reports", "the gateway's");
     }},
    {"after a rotation, and for a wrong key, a request isn't opened",
     [] {
         Path path;
         auto const household = path.household();
         path.faults.rotate = true;
         test::check(!household(wanted).ok(), "sealed for the old key");
         test::contains(path.gateway_log.back(), "refused an unknown key");
         test::check(path.household()(wanted).ok(), "for the new one");
         path.faults = {.wrong_key = true};
         test::check(!path.household()(wanted).ok(), "for a key that is nobody's");
         test::equal(path.heard.size(), 1U, "nothing else came through");
     }},
    {"a gateway asks its targets and nobody else",
     [] {
         Path path;
         auto other = wanted;
         other.url = "https://elsewhere.example/";
         test::equal(test::value(path.household()(other)).status, 403U, "sealed, too");
         test::check(path.heard.empty(), "not asked");
     }},
    {"what is no sealed request is refused",
     [] {
         Path path;
         auto const status = [&](HttpRequest const& request) {
             return path.gateway.answer(request, {"relay", now}).status;
         };
         test::equal(status({"POST", "/"}), 415U, "another type");
         test::equal(status({"PUT", "/"}), 404U, "another method");
         auto const reply = path.gateway.answer({"POST", "/", {{"Content-Type", "message/ohttp-req"}}, {1}}, {"", now});
         test::equal(reply.status, 400U, "cut");
         test::contains(text_of(reply.body), "#ohttp-key");
         test::equal(path.relay.answer({"GET", "/"}, {"", now}).status, 415U, "the relay");
     }},
};

}  // namespace

}  // namespace kindgate::dap

int main() {
    return kindgate::test::run("dap/oblivious", kindgate::dap::tests);
}
