// A thread that asks for others: in order, not too much at once, and gone when it is told to.
#include "https/worker.h"

#include <dlfcn.h>
#include <netdb.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <latch>
#include <mutex>
#include <vector>

#include "server.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using https::Worker;
using test::Authorities;
using test::Server;
using test::Visit;

// Something that one thread says and others wait for.
class Flag {
public:
    void raise() {
        std::lock_guard const lock{mutex_};
        up_ = true;
        changed_.notify_all();
    }
    void wait() {
        std::unique_lock lock{mutex_};
        if (!changed_.wait_for(lock, 30s, [&] { return up_; })) test::fail("nothing happened within 30 s");
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool up_ = false;
};

// A resolver that answers when the test says so.
struct Resolver {
    Flag asked;
    Flag answers;
    Flag left;
};
Resolver* stuck = nullptr;

void answer(Visit& visit, std::string_view body = "yes") {
    visit.say(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body));
    visit.finish();
}

std::size_t threads() {
    std::filesystem::directory_iterator const tasks{"/proc/self/task"};
    return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

void dies_soon(std::unique_ptr<Worker> worker) {
    auto const began = std::chrono::steady_clock::now();
    worker.reset();
    test::check(std::chrono::steady_clock::now() - began < 10s, "long before patience ends");
}

constexpr test::Test tests[] = {
    {"requests are answered in order, on one thread that isn't ours",
     [] {
         Authorities const trusted;
         Server const server{[](Visit& visit) {
             auto const heard = visit.request();
             answer(visit, heard.substr(0, heard.find(" HTTP")));
         }};
         std::vector<std::string> said;
         std::vector<std::thread::id> on;
         std::latch all{20};
         Worker worker{trusted.limits()};
         for (int i = 0; i < 20; ++i)
             worker.ask({"GET", server.url(fmt::format("/{}", i))}, [&](Result<HttpReply> reply) {
                 said.emplace_back(reply.ok() ? text_of(reply->body) : std::string_view{"no answer"});
                 on.push_back(std::this_thread::get_id());
                 all.count_down();
             });
         all.wait();
         for (int i = 0; i < 20; ++i)
             test::equal(said[static_cast<std::size_t>(i)], fmt::format("GET /{}", i), "order");
         test::check(std::ranges::all_of(on, [&](auto id) { return id == on[0] && id != std::this_thread::get_id(); }),
                     "one thread");
     }},
    {"an error is told like an answer, and the next is asked all the same",
     [] {
         Authorities const trusted;
         Server const server{[](Visit& visit) {
             visit.request();
             answer(visit);
         }};
         std::vector<bool> good;
         Flag last;
         Worker worker{trusted.limits()};
         worker.ask({"GET", "http://no.example/"}, [&](Result<HttpReply> reply) { good.push_back(reply.ok()); });
         worker.ask({"GET", server.url()}, [&](Result<HttpReply> reply) {
             good.push_back(reply.ok());
             worker.ask({"GET", server.url()}, [&](Result<HttpReply> next) {
                 good.push_back(next.ok());
                 last.raise();
             });
         });
         last.wait();
         test::check(good == std::vector{false, true, true}, "also one that is asked within another's answer");
     }},
    {"who asks nothing pays nothing",
     [] {
         auto const before = threads();
         auto worker = std::make_unique<Worker>(Authorities{}.limits());
         test::equal(threads(), before, "threads");
         worker.reset();
     }},
    {"it ends while a server stalls, and nobody is called afterwards",
     [] {
         Authorities const trusted;
         for (auto const* text : {"", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhalf"}) {
             Flag reached;
             Server const server{[&](Visit& visit) {
                 visit.request();
                 visit.say(text);
                 reached.raise();
                 visit.wait_until_left();
             }};
             std::atomic<int> called = 0;
             auto worker = std::make_unique<Worker>(trusted.limits());
             for (int i = 0; i < 10; ++i)
                 worker->ask({"GET", server.url()}, [&](Result<HttpReply> const&) { ++called; });
             reached.wait();
             dies_soon(std::move(worker));
             test::equal(called.load(), 0, "called");
         }
     }},
    {"it ends while nobody shakes hands",
     [] {
         Authorities const trusted;
         Flag reached;
         Flag ended;
         Server const server{[&](Visit&) {
             reached.raise();
             ended.wait();
         }};
         auto worker = std::make_unique<Worker>(trusted.limits());
         std::atomic<int> called = 0;
         worker->ask({"GET", server.url()}, [&](Result<HttpReply> const&) { ++called; });
         reached.wait();
         dies_soon(std::move(worker));
         ended.raise();
         test::equal(called.load(), 0, "called");
     }},
    {"it ends while a name is looked up, which goes on without it",
     [] {
         Resolver resolver;
         stuck = &resolver;
         Authorities const trusted;
         std::atomic<int> called = 0;
         auto worker = std::make_unique<Worker>(trusted.limits());
         worker->ask({"GET", "https://stuck.example/"}, [&](Result<HttpReply> const&) { ++called; });
         resolver.asked.wait();
         dies_soon(std::move(worker));
         resolver.answers.raise();
         resolver.left.wait();
         stuck = nullptr;
         test::equal(called.load(), 0, "called");
     }},
    {"a look-up has no more time than all of it has",
     [] {
         Resolver resolver;
         stuck = &resolver;
         Authorities const trusted;
         auto limits = trusted.limits();
         limits.patience = 200ms;
         auto const reply = https::exchange({"GET", "https://stuck.example/"}, limits);
         resolver.answers.raise();
         resolver.left.wait();
         stuck = nullptr;
         test::check(!reply.ok() && reply.error().code() == ErrorCode::unavailable, "no answer");
         test::contains(reply.error().message(), "isn't found in time");
     }},
    {"it waits for who is being called, and calls nobody else",
     [] {
         Authorities const trusted;
         Server const server{[](Visit& visit) {
             visit.request();
             answer(visit);
         }};
         Flag called;
         std::atomic<int> done = 0;
         {
             Worker worker{trusted.limits()};
             for (int i = 0; i < 5; ++i)
                 worker.ask({"GET", server.url()}, [&](Result<HttpReply> const&) {
                     called.raise();
                     std::this_thread::yield();
                     ++done;
                 });
             called.wait();
         }
         int const then = done;
         test::check(then >= 1 && then <= 5, "whoever was being called is done");
     }},
    {"those who can't wait their turn are told so at once; the others have theirs",
     [] {
         Authorities const trusted;
         Flag reached;
         Flag go_on;
         Server const server{[&](Visit& visit) {
             visit.request();
             reached.raise();
             go_on.wait();
             answer(visit);
         }};
         std::atomic<int> answered = 0;
         std::latch all{1 + Worker::most_waiting};
         Worker worker{trusted.limits()};
         auto const count = [&](Result<HttpReply> const& reply) {
             if (reply.ok()) ++answered;
             all.count_down();
         };
         worker.ask({"GET", server.url()}, count);
         reached.wait();
         for (std::size_t i = 0; i < Worker::most_waiting; ++i) worker.ask({"GET", server.url()}, count);
         int refused = 0;
         worker.ask({"GET", server.url()}, [&](Result<HttpReply> const& reply) {
             refused += !reply.ok() && reply.error().code() == ErrorCode::unavailable ? 1 : 0;
         });
         test::equal(refused, 1, "at once");
         go_on.raise();
         all.wait();
         test::equal(answered.load(), 1 + static_cast<int>(Worker::most_waiting), "answered");
     }},
};

}  // namespace

// Stands before the C library's: "stuck.example" isn't found, and takes as long for it as the test says.
extern "C" int getaddrinfo(char const* host, char const* port, addrinfo const* hints, addrinfo** found) {
    if (std::string_view{host} == "stuck.example") {
        auto& resolver = *stuck;
        resolver.asked.raise();
        resolver.answers.wait();
        resolver.left.raise();
        return EAI_NONAME;
    }
    static auto const real = reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    return real(host, port, hints, found);
}

int main() {
    return test::run("https/worker", tests);
}
