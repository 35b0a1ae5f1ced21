// The API over a real unix socket: HTTP as clients and others speak it.
#include "control/api.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include <fmt/format.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "fake_service.h"
#include "test.h"

namespace {

using namespace kindgate;
namespace fs = std::filesystem;
using control::ApiServer;

// A server on a thread of its own, in a folder of its own.
class Gate {
public:
    explicit Gate(ApiServer::Options options = {}) {
        std::string name = (fs::temp_directory_path() / "kindgate-api-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) test::fail("mkdtemp");
        ::chmod(name.c_str(), 0755);
        folder_ = name;
        options.socket = socket();
        server_ = test::value(ApiServer::listen(context_, service, std::move(options)));
        thread_ = std::thread{[this] { context_.run(); }};
    }
    ~Gate() {
        stop();
        context_.stop();
        thread_.join();
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }
    Gate(Gate const&) = delete;
    Gate& operator=(Gate const&) = delete;

    fs::path socket() const { return folder_ / "run" / "api.sock"; }

    // Runs on the server's thread, where the service lives.
    template <typename Body>
    auto on_loop(Body body) {
        std::packaged_task<decltype(body())()> task{std::move(body)};
        auto done = task.get_future();
        boost::asio::post(context_, [&task] { task(); });
        return done.get();
    }
    void stop() {
        on_loop([this] { server_.reset(); });
    }
    std::vector<std::string> asked() {
        return on_loop([this] { return service.asked; });
    }
    void tell(std::string const& text) {
        on_loop([&] {
            v1::Event event;
            event.set_text(text);
            event.set_kind(v1::Event::DEVICE_NEW);
            service.tell(event);
        });
    }
    std::size_t listeners() {
        return on_loop([this] { return service.listeners(); });
    }
    template <typename Condition>
    void wait_for(Condition condition, std::string_view about) {
        for (int i = 0; i < 500; ++i) {
            if (condition()) return;
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        }
        test::fail("never: " + std::string{about});
    }

    fake::FakeService service;
    boost::asio::io_context& context() { return context_; }

private:
    fs::path folder_;
    boost::asio::io_context context_;
    // The loop stays when the server has gone: questions after that hung, when the loop had run out of work first.
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
    std::unique_ptr<ApiServer> server_;
    std::thread thread_;
};

// A client that speaks bytes. Reads end after 5 s at the latest.
class Client {
public:
    explicit Client(fs::path const& path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
        path.string().copy(address.sun_path, sizeof address.sun_path - 1);
        timeval const patience{5, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            test::fail(fmt::format("connect: errno {}", errno));
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
    // Appends what comes; false at the end of the stream.
    bool read_some(std::string& text) {
        char buffer[65536];
        auto const size = ::recv(socket_, buffer, sizeof buffer, 0);
        if (size < 0 && errno == EAGAIN) test::fail("nothing came within 5 s; so far: " + text.substr(0, 300));
        if (size <= 0) return false;
        text.append(buffer, static_cast<std::size_t>(size));
        return true;
    }
    std::string read_to_end() {
        std::string text;
        while (read_some(text)) {
        }
        return text;
    }
    void read_until(std::string& text, std::string_view part) {
        while (text.find(part) == std::string::npos)
            if (!read_some(text)) test::fail("it ended without '" + std::string{part} + "': " + text.substr(0, 300));
    }
    // One response with Content-Length; what follows it is kept for the next.
    std::string read_response() {
        read_until(pending_, "\r\n\r\n");
        auto const head = pending_.find("\r\n\r\n") + 4;
        auto const field = pending_.find("Content-Length: ");
        if (field >= head) test::fail("no Content-Length: " + pending_);
        auto const size = head + std::stoul(pending_.substr(field + 16));
        while (pending_.size() < size)
            if (!read_some(pending_)) test::fail("cut: " + pending_);
        auto response = pending_.substr(0, size);
        pending_.erase(0, size);
        return response;
    }

private:
    int socket_;
    std::string pending_;
};

std::string request(std::string_view method, std::string_view target, std::string_view body = "",
                    std::string_view headers = "") {
    auto const length =
        body.empty() && method != "POST" ? std::string{} : fmt::format("Content-Length: {}\r\n", body.size());
    return fmt::format("{} {} HTTP/1.1\r\nHost: gate\r\n{}{}\r\n{}", method, target, headers, length, body);
}

std::string ask(Gate const& gate, std::string_view bytes) {
    Client client{gate.socket()};
    client.send(bytes);
    return client.read_response();
}

void starts_with(std::string const& text, std::string_view start) {
    if (!text.starts_with(start))
        test::fail("'" + text.substr(0, 300) + "' doesn't start with '" + std::string{start} + "'");
}

std::string subscribe(Client& client, Gate& gate, std::size_t listeners) {
    client.send(request("GET", "/v1/events"));
    std::string text;
    client.read_until(text, ": events from now on\n\n");
    gate.wait_for([&] { return gate.listeners() == listeners; }, "a listener");
    return text;
}

constexpr test::Test tests[] = {
    {"requests and answers on one connection, one after the other and several at once",
     [] {
         Gate gate;
         Client client{gate.socket()};
         for (int i = 0; i < 3; ++i) {
             client.send(request("GET", "/v1/status"));
             auto const response = client.read_response();
             starts_with(response, "HTTP/1.1 200 OK\r\n");
             test::contains(response, "Content-Type: application/json\r\n");
             test::contains(response, "Cache-Control: no-store\r\n");
             test::contains(response, R"("policy_name":"Home","policy_file":"")");
         }
         client.send(request("GET", "/v1/leases") + request("GET", "/v1/none") +
                     request("POST", "/v1/overrides", R"({"who":"kid","mode":"OFF"})") + request("GET", "/v1/policy"));
         starts_with(client.read_response(), "HTTP/1.1 200");
         starts_with(client.read_response(), "HTTP/1.1 404");
         starts_with(client.read_response(), "HTTP/1.1 200");
         auto const policy = client.read_response();
         test::contains(policy, "ETag: \"0123456789abcdef\"\r\n");
         test::check(policy.ends_with("\r\n\r\nname: \"Home\"\n"), policy);
     }},
    {"Connection: close and HTTP/1.0 close",
     [] {
         Gate gate;
         for (auto const* bytes : {"GET /v1/status HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n",
                                   "GET /v1/status HTTP/1.0\r\n\r\n", "GET /nothing HTTP/1.0\r\n\r\n"}) {
             Client client{gate.socket()};
             client.send(bytes);
             auto const text = client.read_to_end();
             starts_with(text, "HTTP/1.1 ");
             test::contains(text, "Connection: close\r\n");
         }
     }},
    {"what is no HTTP gets 400 and the connection's end",
     [] {
         Gate gate;
         for (std::string const bytes :
              {"hello\r\n\r\n", "GET /v1/status\r\n\r\n", "GET /v1/status HTTP/3.0\r\n\r\n",
               "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /v1/status HTTP/1.1\r\nno colon\r\n\r\n",
               "GET /v1/sta\x01tus HTTP/1.1\r\n\r\n", "POST /v1/overrides HTTP/1.1\r\nContent-Length: many\r\n\r\n",
               "POST /v1/overrides HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
               "POST /v1/overrides HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
               "GET http://gate/v1/status HTTP/1.1\r\n\r\n", "GET /v1/%zz HTTP/1.1\r\n\r\n"}) {
             Client client{gate.socket()};
             client.send(bytes);
             auto const text = client.read_to_end();
             starts_with(text, "HTTP/1.1 400 ");
             test::contains(text, "{\"error\":\"");
         }
         test::check(gate.asked().empty(), "the gate wasn't asked");
         starts_with(ask(gate, request("GET", "/v1/status")), "HTTP/1.1 200");
     }},
    {"a header may have 16 KiB, a body what its path allows",
     [] {
         Gate gate;
         auto const long_header = "X-Padding: " + std::string(20'000, 'x') + "\r\n";
         starts_with(ask(gate, request("GET", "/v1/status", "", long_header)), "HTTP/1.1 431");
         auto const ok_header = "X-Padding: " + std::string(15'000, 'x') + "\r\n";
         starts_with(ask(gate, request("GET", "/v1/status", "", ok_header)), "HTTP/1.1 200");

         std::string const four_mib(4 * 1024 * 1024, '#');
         starts_with(ask(gate, request("POST", "/v1/policy/validate", four_mib)), "HTTP/1.1 200");
         test::equal(gate.asked().back(), "validate 4194304 bytes", "all of it");
         starts_with(ask(gate, request("POST", "/v1/policy/validate", four_mib + "#")), "HTTP/1.1 413");
         starts_with(ask(gate, request("POST", "/v1/overrides", std::string(65'537, ' '))), "HTTP/1.1 413");
         starts_with(ask(gate, request("GET", "/v1/status", "body")), "HTTP/1.1 413");
     }},
    {"a chunked body counts as it comes",
     [] {
         Gate gate;
         auto const chunked = [](std::size_t chunks) {
             std::string body;
             for (std::size_t i = 0; i < chunks; ++i) body += "10000\r\n" + std::string(0x10000, '#') + "\r\n";
             return "POST /v1/policy/validate HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + body + "0\r\n\r\n";
         };
         starts_with(ask(gate, chunked(3)), "HTTP/1.1 200");
         test::equal(gate.asked().back(), "validate 196608 bytes", "all of it");
         starts_with(ask(gate, chunked(65)), "HTTP/1.1 413");
         starts_with(ask(gate, "GET /v1/status HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
                     "HTTP/1.1 413");
     }},
    // curl waits a second for it before it sends more than a mebibyte.
    {"Expect: 100-continue is answered before the body comes",
     [] {
         Gate gate;
         Client client{gate.socket()};
         client.send("POST /v1/policy/validate HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
         std::string text;
         client.read_until(text, "HTTP/1.1 100 Continue\r\n\r\n");
         client.send("text");
         starts_with(client.read_response(), "HTTP/1.1 200");
         Client refused{gate.socket()};
         refused.send("POST /v1/policy/validate HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5000000\r\n\r\n");
         starts_with(refused.read_response(), "HTTP/1.1 413");
     }},
    {"a request with a body for a path that isn't there doesn't become the next request",
     [] {
         Gate gate;
         Client client{gate.socket()};
         auto const inner = request("POST", "/v1/release");
         client.send(request("POST", "/v1/nothing", inner));
         auto const text = client.read_to_end();
         starts_with(text, "HTTP/1.1 404");
         test::check(text.find("HTTP/1.1", 5) == std::string::npos, "one answer");
         test::check(gate.asked().empty(), "and no release");
     }},
    {"who says nothing, or too slowly, is closed",
     [] {
         Gate gate{{.patience = std::chrono::milliseconds{200}}};
         for (auto const* bytes : {"", "GET /v1/sta", "POST /v1/overrides HTTP/1.1\r\nContent-Length: 10\r\n\r\n{"}) {
             Client client{gate.socket()};
             client.send(bytes);
             test::equal(client.read_to_end(), "", bytes);
         }
         Client slow{gate.socket()};
         std::string_view const drops = "GET /v1/status HTTP/1.1\r\n\r\n";
         bool open = true;
         for (std::size_t i = 0; i < drops.size() && open; ++i) {
             open = slow.send(drops.substr(i, 1));
             std::this_thread::sleep_for(std::chrono::milliseconds{20});
         }
         test::check(!open, "a byte every 20 ms is too slow for a limit of 200");
         starts_with(ask(gate, request("GET", "/v1/status")), "HTTP/1.1 200");
     }},
    {"connections are limited; one that goes makes place",
     [] {
         Gate gate{{.connections = 2}};
         auto first = std::make_unique<Client>(gate.socket());
         first->send(request("GET", "/v1/status"));
         first->read_response();
         Client second{gate.socket()};
         second.send(request("GET", "/v1/status"));
         second.read_response();
         Client third{gate.socket()};
         starts_with(third.read_to_end(), "HTTP/1.1 503");
         first.reset();
         gate.wait_for(
             [&] {
                 Client again{gate.socket()};
                 again.send(request("GET", "/v1/status"));
                 return again.read_response().starts_with("HTTP/1.1 200");
             },
             "place");
     }},
    {"events come as they happen, one JSON line each",
     [] {
         Gate gate;
         Client client{gate.socket()};
         auto const head = subscribe(client, gate, 1);
         starts_with(head, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n");
         gate.tell("a newcomer\nin two lines");
         std::string text;
         client.read_until(text, "\n\n");
         test::equal(
             text,
             "data: {\"at\":\"\",\"kind\":\"DEVICE_NEW\",\"text\":\"a newcomer\\nin two lines\",\"profile\":\"\","
             "\"device\":\"\",\"mode\":\"MODE_UNSPECIFIED\",\"until\":\"\"}\n\n",
             "event");
         Client other{gate.socket()};
         subscribe(other, gate, 2);
         gate.tell("for both");
         for (auto* each : {&client, &other}) {
             std::string more;
             each->read_until(more, "for both");
         }
     }},
    {"a reader that goes is forgotten",
     [] {
         Gate gate;
         {
             Client client{gate.socket()};
             subscribe(client, gate, 1);
         }
         gate.wait_for([&] { return gate.listeners() == 0; }, "no listener");
         gate.tell("to nobody");
     }},
    {"an idle stream has a heartbeat and no time limit",
     [] {
         Gate gate{{.patience = std::chrono::milliseconds{100}, .heartbeat = std::chrono::milliseconds{60}}};
         Client client{gate.socket()};
         subscribe(client, gate, 1);
         std::string text;
         client.read_until(text, ":\n\n:\n\n:\n\n:\n\n");
         gate.tell("still there");
         client.read_until(text, "still there");
     }},
    {"a reader that is too slow is cut, and others are not",
     [] {
         Gate gate;
         Client slow{gate.socket()};
         Client quick{gate.socket()};
         subscribe(slow, gate, 1);
         subscribe(quick, gate, 2);
         std::string seen;
         // Each larger than a page: the kernel's buffer is soon full.
         for (int i = 0; i < 400; ++i) {
             gate.tell(fmt::format("event {} {}", i, std::string(5000, 'x')));
             quick.read_until(seen, fmt::format("event {} ", i));
             seen.clear();
         }
         gate.wait_for([&] { return gate.listeners() == 1; }, "cut");
         auto const text = slow.read_to_end();
         test::contains(text, "event 0 ");
         test::check(text.find("event 399 ") == std::string::npos, "not the last");
     }},
    {"the socket is for everybody, its file goes with the server, streams end",
     [] {
         Gate gate;
         struct stat status{};
         test::equal(::stat(gate.socket().c_str(), &status), 0, "stat");
         test::equal(status.st_mode & 07777, 0666U, "mode");
         Client client{gate.socket()};
         subscribe(client, gate, 1);
         Client idle{gate.socket()};
         gate.stop();
         client.read_to_end();
         idle.read_to_end();
         test::check(!fs::exists(gate.socket()), "gone");
         test::equal(gate.listeners(), 0U, "listeners");
     }},
    {"a second daemon is refused; a socket that nobody listens to is replaced",
     [] {
         Gate gate;
         boost::asio::io_context context;
         fake::FakeService service;
         auto const second = ApiServer::listen(context, service, {.socket = gate.socket()});
         test::check(!second.ok() && second.error().code() == ErrorCode::conflict, "refused");
         test::contains(second.error().message(), "another kindgated is running");
         starts_with(ask(gate, request("GET", "/v1/status")), "HTTP/1.1 200");

         auto const stale = gate.socket().parent_path() / "stale.sock";
         int const left = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
         sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
         stale.string().copy(address.sun_path, sizeof address.sun_path - 1);
         test::equal(::bind(left, reinterpret_cast<sockaddr*>(&address), sizeof address), 0, "bind");
         ::close(left);
         {
             auto const replaced = test::value(ApiServer::listen(context, service, {.socket = stale}));
             Client client{stale};
             // A successor's socket under the same name outlives this server.
             fs::rename(stale, stale.string() + ".old");
             std::ofstream{stale} << "successor";
         }
         test::check(fs::exists(stale), "the successor's file");
         auto const file = ApiServer::listen(context, service, {.socket = stale});
         test::check(!file.ok(), "a file is no socket");
         test::contains(file.error().message(), "is no socket");
         test::check(fs::exists(stale), "and stays");
     }},
    {"a path that is too long or can't be made is told",
     [] {
         boost::asio::io_context context;
         fake::FakeService service;
         auto const longer = ApiServer::listen(context, service, {.socket = "/tmp/" + std::string(120, 'x')});
         test::check(!longer.ok(), "too long");
         test::contains(longer.error().message(), "107");
         test::check(!ApiServer::listen(context, service, {.socket = "/proc/no/api.sock"}).ok(), "no folder");
     }},
    {"who is not an admin reads and may not change, by the kernel's word",
     [] {
         if (::getuid() != 0) test::skip("needs root: nobody else may become another user");
         Gate gate;
         constexpr unsigned nobody = 65534;
         bool const passed = test::in_child_as(nobody, [&] {
             starts_with(ask(gate, request("GET", "/v1/status")), "HTTP/1.1 200");
             auto const refused = ask(gate, request("POST", "/v1/release"));
             starts_with(refused, "HTTP/1.1 403");
             test::contains(refused, "nobody may only read");
         });
         test::check(passed, "as nobody");
         test::check(gate.asked() == std::vector<std::string>{"status"}, "no release");
     }},
};

}  // namespace

int main() {
    return test::run("control/api", tests);
}
