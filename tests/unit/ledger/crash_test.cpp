// kill -9 at random moments: what was acknowledged is there, and the file is whole.
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdio>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "folder.h"

namespace {

using namespace kindgate;
using test::Folder;

constexpr int kills = 40;

// The child's life: one write after another, each acknowledged by its number in the pipe.
[[noreturn]] void write_for_ever(test::fs::path const& file, int pipe, std::int32_t number) {
    auto ledger = ledger::SqliteLedger::open(file);
    if (!ledger.ok()) ::_exit(1);
    for (;; ++number) {
        auto record = test::device(fmt::format("device-{:03}", number % 200), number % 200 + 1);
        record.last_seen = test::at(number);
        if (!(*ledger)->put(record).ok()) ::_exit(2);
        if (!(*ledger)->add(test::override_for(std::to_string(number))).ok()) ::_exit(3);
        if (number % 5 == 0 && !(*ledger)->add_revision({std::to_string(number), {}, std::string(20'000, 'x')}).ok())
            ::_exit(4);
        if (!(*ledger)->set_last_trusted(test::at(number)).ok()) ::_exit(5);
        if (::write(pipe, &number, sizeof number) != sizeof number) ::_exit(6);
    }
}

// Starts a child that goes on after `last`, kills it a moment after it has acknowledged `writes`; the last number that
// it acknowledged. Counting writes, not time: a busy machine would kill every child before its first.
std::int32_t run_and_kill(test::fs::path const& file, std::int32_t last, int writes, std::chrono::microseconds moment) {
    int ends[2] = {};
    test::equal(::pipe(ends), 0, "pipe");
    pid_t const child = ::fork();
    if (child == 0) write_for_ever(file, ends[1], last + 1);
    ::close(ends[1]);
    std::int32_t number = 0;
    for (int i = 0; i < writes && ::read(ends[0], &number, sizeof number) == sizeof number; ++i) last = number;
    std::this_thread::sleep_for(moment);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    while (::read(ends[0], &number, sizeof number) == sizeof number) last = number;
    ::close(ends[0]);
    test::check(WIFSIGNALED(status), fmt::format("the child ended by itself with {}", WEXITSTATUS(status)));
    return last;
}

// Everything up to `last` is there; of what came after it at most the one write that was under way.
void check_whole(test::fs::path const& file, std::int32_t last) {
    if (last == 0) return;
    auto const ledger = test::open(file);
    test::equal(ledger->damage(), "", "damage");
    auto const contents = test::value(ledger->read());
    for (auto const& record : contents.devices) {
        auto const written = static_cast<std::int32_t>(record.last_seen.time_since_epoch().count());
        test::equal(written % 200, std::stoi(record.id.substr(7)), record.id);
        test::check(written > last - 200 && written <= last + 1, fmt::format("{} has {}", record.id, written));
    }
    auto const trusted = contents.last_trusted->time_since_epoch().count();
    test::check(trusted == last || trusted == last + 1, fmt::format("time {} after write {}", trusted, last));
    std::int32_t expected = 1;
    for (auto const& given : contents.overrides)  // a write that was cut is done again: its override may be there twice
        if (auto const number = std::stoi(given.who); number == expected) ++expected;
    test::check(expected > last, fmt::format("override {} is missing", expected));
    auto const revisions = test::value(ledger->revisions());
    if (last >= 5) test::check(std::stoi(revisions.front().id) >= last / 5 * 5, "revision");
}

constexpr test::Test tests[] = {
    {"what was acknowledged survives kill -9 at any moment",
     [] {
         auto const seed = std::random_device{}();
         std::printf("seed %u\n", seed);
         std::minstd_rand random{seed};
         std::uniform_int_distribution<int> writes{0, 40};
         std::uniform_int_distribution<int> microseconds{0, 3'000};
         Folder const folder;
         std::int32_t last = 0;
         for (int i = 0; i < kills; ++i) {
             last =
                 run_and_kill(folder.ledger(), last, writes(random), std::chrono::microseconds{microseconds(random)});
             if (last == 0) continue;  // killed before the first write
             check_whole(folder.ledger(), last);
             test::equal(test::sql(folder.ledger(), "PRAGMA integrity_check"), "ok", "integrity");
         }
         std::printf("%d kills, %d writes\n", kills, last);
         test::check(last > kills, "it wrote");
     }},
};

}  // namespace

int main() {
    return test::run("ledger/crash", tests);
}
