// A port of the gate over real sockets: what browsers send, what others send, and who comes too late.
#include "web_listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>

#include <fmt/format.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "keys.h"
#include "test.h"
#include "tls_client.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using control::WebAnswer;
using control::WebListener;
using control::WebRequest;

// A port on a thread of its own; it answers with what it was asked.
class Port {
public:
    explicit Port(WebListener::Settings settings = {}) {
        settings.answer = [this](Slot slot, WebRequest const& request) {
            ++asked;
            return WebAnswer{200, "text/plain",
                             fmt::format("{}|{}|{}{}", request.name, request.path, slot.number(), request.body)};
        };
        listener_ = test::value(WebListener::open(context_, 0, std::move(settings)));
        number = listener_->port();
        thread_ = std::thread{[this] { context_.run(); }};
    }
    ~Port() {
        context_.stop();
        thread_.join();
        listener_.reset();
    }
    Port(Port const&) = delete;
    Port& operator=(Port const&) = delete;

    boost::asio::io_context& context() { return context_; }
    void close() { listener_.reset(); }

    std::atomic<int> asked = 0;
    std::uint16_t number = 0;

private:
    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
    std::unique_ptr<WebListener> listener_;
    std::thread thread_;
};

// A client that speaks bytes. Reads end after 5 s at the latest.
class Client {
public:
    explicit Client(Port const& port, int family = AF_INET6)
        : socket_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        timeval const patience{5, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        sockaddr_in6 six{.sin6_family = AF_INET6,
                         .sin6_port = htons(port.number),
                         .sin6_flowinfo = 0,
                         .sin6_addr = IN6ADDR_LOOPBACK_INIT,
                         .sin6_scope_id = 0};
        sockaddr_in four{.sin_family = AF_INET,
                         .sin_port = htons(port.number),
                         .sin_addr = {htonl(INADDR_LOOPBACK)},
                         .sin_zero = {}};
        auto const connected = family == AF_INET6 ? ::connect(socket_, reinterpret_cast<sockaddr*>(&six), sizeof six)
                                                  : ::connect(socket_, reinterpret_cast<sockaddr*>(&four), sizeof four);
        if (connected != 0) test::fail(fmt::format("connect: errno {}", errno));
    }
    ~Client() { ::close(socket_); }
    Client(Client const&) = delete;
    Client& operator=(Client const&) = delete;

    // False: the other end has closed.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            auto const sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    // What came; "" : the other end has closed or reset.
    std::string read_some() {
        std::array<char, 65536> buffer;
        auto const size = ::recv(socket_, buffer.data(), buffer.size(), 0);
        if (size < 0 && errno == EAGAIN) test::fail("nothing came within 5 s");
        reset = reset || size < 0;
        return {buffer.data(), static_cast<std::size_t>(std::max(size, ssize_t{0}))};
    }
    std::string read_to_end() {
        std::string text;
        for (auto piece = read_some(); !piece.empty(); piece = read_some()) text += piece;
        return text;
    }

    bool reset = false;

private:
    int socket_;
};

std::string ask(Port const& port, std::string_view bytes, int family = AF_INET6) {
    Client client{port, family};
    client.send(bytes);
    return client.read_to_end();
}

void is_answered(Port const& port) {
    test::contains(ask(port, "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"), "\r\n\r\na.example|/|0");
}

WebListener::Settings with_tls(std::chrono::milliseconds patience = 5000ms) {
    WebListener::Settings settings;
    settings.patience = patience;
    settings.tls = [identity = test::value(crypto::TlsIdentity::from_pem(test::gate_certificate, test::sec1))] {
        return crypto::TlsSession::accept(identity);
    };
    return settings;
}

constexpr test::Test tests[] = {
    {"a request is answered over IPv4 and IPv6, and the connection ends",
     [] {
         Port const port;
         for (int const family : {AF_INET, AF_INET6}) {
             auto const text = ask(port, "GET /some/where?x=1 HTTP/1.1\r\nHost: video.example:80\r\n\r\n", family);
             test::check(text.starts_with("HTTP/1.1 200 OK\r\n"), text);
             for (auto const* field : {"Content-Type: text/plain\r\n", "Content-Length: 27\r\n",
                                       "Cache-Control: no-store\r\n", "Connection: close\r\n"})
                 test::contains(text, field);
             test::check(text.ends_with("\r\n\r\nvideo.example|/some/where|0"), text);
         }
     }},
    {"addresses and odd hosts name nobody; HEAD has no body; a byte at a time is as good",
     [] {
         Port const port;
         struct Case {
             std::string_view request, answer;
         };
         for (auto const& c :
              {Case{"GET / HTTP/1.1\r\nHost: 192.0.2.1:80\r\n\r\n", "|/|0"},
               Case{"GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n", "|/|0"}, Case{"GET / HTTP/1.0\r\n\r\n", "|/|0"},
               Case{"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "a|/x|0"},
               Case{"POST /age/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "a|/age/x|0abc"},
               Case{"POST /age/x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "a|/age/x|0"},
               Case{"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", ""}}) {
             test::check(ask(port, c.request).ends_with(fmt::format("\r\n\r\n{}", c.answer)), c.request);
             Client client{port};
             for (auto const byte : c.request) client.send({&byte, 1});
             test::check(client.read_to_end().ends_with(fmt::format("\r\n\r\n{}", c.answer)), c.request);
         }
     }},
    {"what is no request, or too much of one, is closed without an answer",
     [] {
         Port port;
         for (auto const& bytes :
              {std::string{"hello\r\n\r\n"}, std::string{"\x16\x03\x01"}, std::string{"GET / HTTP/3.0\r\n\r\n"},
               "GET / HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n", std::string(100'000, 'x'),
               std::string{"POST /age/x HTTP/1.1\r\nHost: a\r\n\r\n"},
               std::string{"POST /age/x HTTP/1.1\r\nHost: a\r\nContent-Length: 49153\r\n\r\n"},
               std::string{"POST /age/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}})
             test::equal(ask(port, bytes), "", bytes.substr(0, 20));
         test::equal(port.asked.load(), 0, "asked");
         test::contains(ask(port, "GET / HTTP/1.1\r\nX: " + std::string(7000, 'x') + "\r\n\r\n"), "|/|0");
     }},
    // Closed over what it still sends, a browser loses the answer with it.
    {"who goes on sending has the answer all the same",
     [] {
         Port const port;
         Client client{port};
         client.send("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 40000\r\n\r\n" + std::string(40'000, 'x'));
         test::contains(client.read_to_end(), "a.example|/|0");
         test::check(!client.reset, "not reset");
     }},
    {"who says nothing, or too slowly, or doesn't listen, is closed in time, and makes place",
     [] {
         WebListener::Settings settings;
         settings.patience = 300ms;
         settings.connections = 3;
         Port port{std::move(settings)};
         auto const began = std::chrono::steady_clock::now();
         Client silent{port};
         Client cut{port};
         Client slow{port};
         cut.send("GET / HT");
         std::thread drops{[&] {
             for (int i = 0; i < 500 && slow.send("x"); ++i) std::this_thread::sleep_for(10ms);
         }};
         Client late{port};
         test::equal(late.read_to_end(), "", "all places are taken");
         test::check(std::chrono::steady_clock::now() - began < 300ms, "turned away at once");
         for (auto* const client : {&silent, &cut, &slow}) test::equal(client->read_to_end(), "", "closed");
         drops.join();
         test::check(std::chrono::steady_clock::now() - began < 3s, "in time");
         is_answered(port);
     }},
    {"once it is closed nobody is asked, nor let in",
     [] {
         Port port;
         Client client{port};
         client.send("GET / HT");
         std::atomic<bool> closed = false;
         boost::asio::post(port.context(), [&] {
             port.close();
             closed = true;
         });
         while (!closed) std::this_thread::yield();
         client.send("TP/1.1\r\n\r\n");
         test::equal(client.read_to_end(), "", "no answer");
         test::equal(port.asked.load(), 0, "asked");
     }},
    {"a port that is taken is told",
     [] {
         Port port;
         auto const again = WebListener::open(port.context(), port.number, {});
         test::check(!again.ok(), "taken");
         test::contains(again.error().message(), fmt::format("port {}", port.number));
     }},
    {"by TLS a request is answered, and the end is said",
     [] {
         Port const port{with_tls()};
         Client connection{port};
         test::TlsClient client;
         client.receive({});
         bool asked = false;
         while (!client.closed()) {
             if (client.done() && !std::exchange(asked, true))
                 client.send("GET / HTTP/1.1\r\nHost: gate.example\r\n\r\n");
             connection.send(client.take_outgoing());
             auto const bytes = connection.read_some();
             test::check(!bytes.empty() && !client.failed(), "it goes on");
             client.receive(bytes);
         }
         test::check(client.heard().ends_with("\r\n\r\ngate.example|/|0"), client.heard());
         test::equal(connection.read_some(), "", "closed");
     }},
    {"where TLS is spoken, what is none is closed, and a handshake that stops is, in time",
     [] {
         Port port{with_tls(300ms)};
         test::check(!ask(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").contains("HTTP"), "plain");
         test::TlsClient client;
         client.receive({});
         auto const hello = client.take_outgoing();
         Client half{port};
         half.send(std::string_view{hello}.substr(0, hello.size() / 2));
         test::equal(half.read_to_end(), "", "half a hello");
         Client stopped{port};
         stopped.send(hello);
         test::check(!stopped.read_to_end().empty(), "the server's part, and then the end");
         test::equal(port.asked.load(), 0, "asked");
     }},
    {"without a certificate nobody is let in",
     [] {
         WebListener::Settings settings;
         settings.tls = [] { return nullptr; };
         Port const port{std::move(settings)};
         test::equal(ask(port, "x"), "", "closed");
     }},
};

}  // namespace

int main() {
    return test::run("control/web_listener", tests);
}
