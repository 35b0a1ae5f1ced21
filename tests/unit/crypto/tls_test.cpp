// A server's TLS against a client of the library's own, byte by byte and at once.
#include "crypto/tls.h"

#include <memory>
#include <vector>

#include "keys.h"
#include "test.h"
#include "tls_client.h"

namespace {

using namespace kindgate;
using crypto::TlsIdentity;
using crypto::TlsSession;

TlsIdentity identity() {
    return test::value(TlsIdentity::from_pem(test::gate_certificate, test::sec1));
}

// Carries bytes to and fro, in pieces of this size, until neither has any more.
void talk(test::TlsClient& client, TlsSession& server, std::size_t piece = 1 << 20) {
    client.receive({});
    while (true) {
        auto const up = client.take_outgoing();
        for (std::size_t at = 0; at < up.size(); at += piece) server.receive(std::string_view{up}.substr(at, piece));
        auto const down = server.take_outgoing();
        for (std::size_t at = 0; at < down.size(); at += piece)
            client.receive(std::string_view{down}.substr(at, piece));
        if (up.empty() && down.empty()) return;
    }
}

constexpr test::Test tests[] = {
    {"client and server shake hands and hear each other, in whatever pieces the bytes come",
     [] {
         for (std::size_t const piece : {1U, 7U, 1U << 20}) {
             test::TlsClient client;
             auto const server = TlsSession::accept(identity());
             talk(client, *server, piece);
             test::check(client.done() && !server->ended(), "handshake");
             client.send("GET / HTTP/1.1\r\n\r\n");
             talk(client, *server, piece);
             test::equal(server->take_heard(), "GET / HTTP/1.1\r\n\r\n", "heard");
             std::string const large(40'000, 'x');
             server->send(large);
             server->close();
             talk(client, *server, piece);
             test::check(client.heard() == large, "all of it, more than a record takes");
             test::check(client.closed() && server->ended(), "closed");
         }
     }},
    {"a client that knows nothing newer than TLS 1.2 is heard, too",
     [] {
         test::TlsClient client{"gate.example", test::Speaks::tls12};
         auto const server = TlsSession::accept(identity());
         talk(client, *server);
         client.send("GET /");
         talk(client, *server);
         test::equal(server->take_heard(), "GET /", "heard");
     }},
    {"neither handshakes that are left halfway nor connections that stay take places from others",
     [] {
         // The library's table has 32 places for keys, and TLS 1.3 takes its keys from there.
         auto const shown = identity();
         std::vector<std::unique_ptr<TlsSession>> begun;
         std::vector<std::unique_ptr<TlsSession>> open;
         for (int i = 0; i < 64; ++i) {
             test::TlsClient left;
             left.receive({});
             begun.push_back(TlsSession::accept(shown));
             begun.back()->receive(left.take_outgoing());
             test::check(!begun.back()->ended() && !begun.back()->take_outgoing().empty(), "halfway");
             test::TlsClient stays;
             open.push_back(TlsSession::accept(shown));
             talk(stays, *open.back());
             test::check(stays.done() && !open.back()->ended(), "handshake");
         }
     }},
    {"what is said before the handshake is done isn't sent",
     [] {
         auto const server = TlsSession::accept(identity());
         server->send("in clear");
         test::equal(server->take_outgoing(), "", "nothing");
     }},
    {"a client that trusts another name ends it",
     [] {
         test::TlsClient client{"other.example"};
         auto const server = TlsSession::accept(identity());
         talk(client, *server);
         test::check(!client.done() && client.failed() && server->ended(), "ended");
     }},
    {"what is no TLS is answered with an alert, and ended",
     [] {
         for (auto const& bytes : {std::string{"GET / HTTP/1.1\r\n\r\n"}, std::string(5000, '\0'),
                                   std::string{"\x16\x03\x01\xff\xff"} + std::string(70'000, 'x')}) {
             auto const server = TlsSession::accept(identity());
             server->receive(bytes);
             test::check(server->ended(), "ended");
             server->receive(bytes);
             server->send("more");
             test::equal(server->take_heard(), "", "nothing heard");
         }
     }},
    {"the client's goodbye ends it, and what came before is heard",
     [] {
         test::TlsClient client;
         auto const server = TlsSession::accept(identity());
         talk(client, *server);
         client.send("last words");
         client.close();
         talk(client, *server);
         test::check(server->ended(), "ended");
         test::equal(server->take_heard(), "last words", "heard");
     }},
    {"a certificate says until when it holds and for whom",
     [] {
         auto const one = identity();
         test::check(one.ends() == std::chrono::sys_days{std::chrono::year{2046} / 1 / 1}, "2046-01-01T00:00:00Z");
         test::check(one.is_for("gate.example"), "its name");
         for (auto const* name : {"example", "a.gate.example", "xgate.example", ""})
             test::check(!one.is_for(name), name);
     }},
    {"what is no certificate, no key or no pair is refused with a sentence",
     [] {
         struct Case {
             std::string_view certificates, key, says;
         };
         std::string const cut{test::gate_certificate.substr(0, 300)};
         for (auto const& c : {Case{"", test::sec1, "no certificate"}, Case{"text", test::sec1, "no certificate"},
                               Case{cut, test::sec1, "no certificate"}, Case{test::gate_certificate, "", "no key"},
                               Case{test::gate_certificate, test::public_pem, "no key"},
                               Case{test::gate_certificate, test::other_key, "isn't the certificate's"}}) {
             auto const refused = TlsIdentity::from_pem(c.certificates, c.key);
             test::check(!refused.ok() && refused.error().code() == ErrorCode::invalid_input, c.says);
             test::contains(refused.error().message(), c.says);
         }
     }},
};

}  // namespace

int main() {
    return test::run("crypto/tls", tests);
}
