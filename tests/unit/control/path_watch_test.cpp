// With real files and a real inotify; only the waiting is not real.
#include "path_watch.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "house.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using control::PathWatch;
namespace fs = std::filesystem;

constexpr control::Steady::time_point now{1h};

// How long after `change` the file is due; none: the change does not matter.
template <typename Change>
std::optional<std::chrono::nanoseconds> due_after(PathWatch& watch, Change change) {
    change();
    watch.read_events(now);
    auto const due = watch.due();
    watch.handled();
    watch.read_events(now);
    test::check(!watch.due(), "what was handled is over");
    if (!due) return std::nullopt;
    return *due - now;
}

// Bytes that the kernel has told and nobody has read.
int waiting(PathWatch const& watch) {
    int bytes = 0;
    test::equal(ioctl(watch.descriptor(), FIONREAD, &bytes), 0, "FIONREAD");
    return bytes;
}

template <typename Change>
void expect_change(PathWatch& watch, char const* what, Change change) {
    test::check(due_after(watch, change) == PathWatch::settle, what);
}

constexpr test::Test tests[] = {
    {"written, replaced by rename, deleted, made again",
     [] {
         test::Folder folder;
         auto const file = folder / "policy";
         auto watch = test::value(PathWatch::create(file));
         expect_change(watch, "made", [&] { test::write_file(file, "a"); });
         expect_change(watch, "written", [&] { test::write_file(file, "b"); });
         test::write_file(folder / "new", "c");
         expect_change(watch, "replaced", [&] { fs::rename(folder / "new", file); });
         expect_change(watch, "written after that", [&] { test::write_file(file, "d"); });
         expect_change(watch, "moved away", [&] { fs::rename(file, folder / "old"); });
         expect_change(watch, "moved back", [&] { fs::rename(folder / "old", file); });
         expect_change(watch, "deleted", [&] { fs::remove(file); });
         expect_change(watch, "made again", [&] { test::write_file(file, "e"); });
     }},
    {"other files beside it don't matter",
     [] {
         test::Folder folder;
         auto watch = test::value(PathWatch::create(folder / "policy"));
         test::check(!due_after(watch, [&] { test::write_file(folder / "policy.swp", "a"); }), "another file");
     }},
    {"writing beside it wakes nobody; the file's own being made and written slowly does",
     [] {
         test::Folder folder;
         auto watch = test::value(PathWatch::create(folder / "policy"));
         int const log = open((folder / "log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
         watch.read_events(now);
         test::check(write(log, "more", 4) == 4 && waiting(watch) == 0, "a log grows");
         int const file = open((folder / "policy").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
         watch.read_events(now);
         test::check(watch.due() == now + PathWatch::settle, "it is there");
         test::check(write(file, "half", 4) == 4, "written");
         watch.read_events(now);
         test::check(watch.due() == now + PathWatch::longest_write, "and open for writing");
         close(file);
         close(log);
         watch.read_events(now);
         test::check(watch.due() == now + PathWatch::settle, "closed");
     }},
    {"who writes beside it without pause doesn't hold the gate: what is read at once has an end",
     [] {
         test::Folder folder;
         auto watch = test::value(PathWatch::create(folder / "policy"));
         for (int i = 0; i < 2000; ++i) {
             test::write_file(folder / "noise", "a");
             test::write_file(folder / "policy.swp", "a");
         }
         auto const before = waiting(watch);
         watch.read_events(now);
         test::check(waiting(watch) > 0 && waiting(watch) < before, "a part is read");
         test::write_file(folder / "policy", "a");
         for (int i = 0; i < 100 && waiting(watch) > 0; ++i) watch.read_events(now);
         test::check(watch.due().has_value(), "nothing is overlooked");
     }},
    {"a file that is being written is waited for, but not for ever",
     [] {
         test::Folder folder;
         auto const file = folder / "policy";
         test::write_file(file, "a");
         auto watch = test::value(PathWatch::create(file));
         int const descriptor = open(file.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
         test::check(write(descriptor, "half", 4) == 4, "written");
         watch.read_events(now);
         test::check(watch.due() == now + PathWatch::longest_write, "open for writing");
         close(descriptor);
         watch.read_events(now + 50ms);
         test::check(watch.due() == now + 50ms + PathWatch::settle, "closed");
     }},
    {"symlinks are followed: where they point, and what is there",
     [] {
         test::Folder folder;
         fs::create_directories(folder / "v1");
         fs::create_directories(folder / "v2");
         test::write_file(folder / "v1/policy", "1");
         test::write_file(folder / "v2/policy", "2");
         // As configuration volumes do: file -> data/file, data -> v1.
         fs::create_directory_symlink("v1", folder / "data");
         fs::create_symlink("data/policy", folder / "policy");
         auto watch = test::value(PathWatch::create(folder / "policy"));
         expect_change(watch, "the target is written", [&] { test::write_file(folder / "v1/policy", "1b"); });
         test::check(!due_after(watch, [&] { test::write_file(folder / "v2/policy", "2b"); }), "not there yet");
         fs::create_directory_symlink("v2", folder / "data.new");
         expect_change(watch, "the middle link moves", [&] { fs::rename(folder / "data.new", folder / "data"); });
         expect_change(watch, "now this one counts", [&] { test::write_file(folder / "v2/policy", "2c"); });
         test::check(!due_after(watch, [&] { test::write_file(folder / "v1/policy", "1c"); }), "and that one doesn't");
         fs::create_symlink(folder / "v1/policy", folder / "policy.new");
         expect_change(watch, "the first link moves", [&] { fs::rename(folder / "policy.new", folder / "policy"); });
         expect_change(watch, "back to it", [&] { test::write_file(folder / "v1/policy", "1d"); });
     }},
    {"folders on the way may come, go and be moved",
     [] {
         test::Folder folder;
         auto const file = folder / "a/b/policy";
         auto watch = test::value(PathWatch::create(file));
         expect_change(watch, "folders come", [&] { fs::create_directories(folder / "a/b"); });
         expect_change(watch, "the file comes", [&] { test::write_file(file, "1"); });
         expect_change(watch, "a folder is moved", [&] { fs::rename(folder / "a", folder / "z"); });
         expect_change(watch, "another comes in its place", [&] { fs::rename(folder / "z", folder / "a"); });
         expect_change(watch, "all is gone", [&] { fs::remove_all(folder / "a"); });
     }},
    {"a loop of symlinks is no endless loop",
     [] {
         test::Folder folder;
         fs::create_symlink("b", folder / "a");
         fs::create_symlink("a", folder / "b");
         auto watch = test::value(PathWatch::create(folder / "a"));
         expect_change(watch, "broken", [&] {
             fs::remove(folder / "b");
             test::write_file(folder / "b", "1");
         });
     }},
};

}  // namespace

int main() {
    return test::run("control/path_watch", tests);
}
