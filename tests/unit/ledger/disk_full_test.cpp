// A full disk is an error of the write that met it; what was there stays, and writing works again once there is space.
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <functional>

#include "folder.h"

namespace {

using namespace kindgate;
using test::Folder;

// Writes until the first error; the number of devices that were acknowledged.
int write_until_full(ledger::SqliteLedger& ledger, int from, Error* error) {
    for (int number = from; number < 16'000; ++number) {
        auto record = test::device("device-" + std::to_string(number), number);
        record.display_name = std::string(2000, 'x');
        if (auto const done = ledger.put(record); !done.ok()) {
            *error = done.error();
            return number - from;
        }
    }
    test::fail("the disk never was full");
}

void fill_and_go_on(test::fs::path const& file, std::function<void()> const& make_space) {
    auto ledger = test::open(file);
    Error error{ErrorCode::invalid_input, ""};
    int const written = write_until_full(*ledger, 1, &error);
    test::check(written > 10, "some writes");
    test::check(error.code() == ErrorCode::system && error.system_error() != 0, error.message());
    test::contains(error.message(), file.string());
    test::check(!ledger->add(test::override_for("all")).ok() ||
                    !ledger->add_revision({"id", {}, std::string(500'000, 'x')}).ok(),
                "still full");
    auto const count = test::value(ledger->read()).devices.size();
    test::equal(count, static_cast<std::size_t>(written), "what was acknowledged, no more and no less");

    make_space();
    test::value(ledger->put(test::device("after", 16'001)));
    ledger.reset();
    ledger = test::open(file);
    test::equal(ledger->damage(), "", "damage");
    test::equal(test::value(ledger->read()).devices.size(), static_cast<std::size_t>(written) + 1, "all there");
}

constexpr test::Test tests[] = {
    {"a full file system: told, nothing lost, and on it goes when there is space",
     [] {
         if (::getuid() != 0) test::skip("needs root: only root may mount");
         Folder const folder;
         test::check(test::in_child([&] {
                         // A mount namespace of its own: the mount goes with the child.
                         if (::unshare(CLONE_NEWNS) != 0) return;
                         ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
                         auto const disk = folder / "disk";
                         test::fs::create_directory(disk);
                         if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=1m") != 0) return;
                         test::write_bytes(disk / "photos", std::string(400'000, 'x'));
                         fill_and_go_on(disk / "state" / "ledger.db", [&] { test::fs::remove(disk / "photos"); });
                     }),
                     "tmpfs");
     }},
    {"a file size limit: told, nothing lost, and on it goes when it is lifted",
     [] {
         Folder const folder;
         test::check(test::in_child([&] {
                         ::signal(SIGXFSZ, SIG_IGN);
                         rlimit const limit{900'000, RLIM_INFINITY};
                         ::setrlimit(RLIMIT_FSIZE, &limit);
                         fill_and_go_on(folder.ledger(), [] {
                             rlimit const none{RLIM_INFINITY, RLIM_INFINITY};
                             ::setrlimit(RLIMIT_FSIZE, &none);
                         });
                     }),
                     "limit");
     }},
    {"a disk without space for a new ledger is an error, and an existing one is still read",
     [] {
         Folder const folder;
         test::value(test::open(folder.ledger())->put(test::device("kid-phone", 1)));
         test::check(test::in_child([&] {
                         ::signal(SIGXFSZ, SIG_IGN);
                         rlimit const limit{0, 0};
                         ::setrlimit(RLIMIT_FSIZE, &limit);
                         auto const refused = ledger::SqliteLedger::open(folder / "new" / "ledger.db");
                         test::check(!refused.ok() && refused.error().code() == ErrorCode::system, "an error");
                         auto const ledger = test::open(folder.ledger());
                         test::equal(ledger->damage(), "", "damage");
                         test::equal(test::value(ledger->read()).devices.size(), 1U, "read");
                         test::check(!ledger->set_last_trusted(test::at(1)).ok(), "not written");
                     }),
                     "limit 0");
     }},
};

}  // namespace

int main() {
    return test::run("ledger/disk_full", tests);
}
