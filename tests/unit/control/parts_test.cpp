// The small parts: names, hashes, rates, files, locks, timers.
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "base/whole_file.h"
#include "dhcp_names.h"
#include "edge_timer.h"
#include "house.h"
#include "newcomer_gate.h"
#include "notify.h"
#include "revision.h"
#include "slot_pool.h"
#include "state_lock.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;

constexpr test::Test tests[] = {
    {"a revision is named by its text",
     [] { test::equal(control::revision_of("abc"), "ba7816bf8f01cfea", "revision"); }},
    {"DHCP names are read as dnsmasq writes them, and cleaned",
     [] {
         auto const names = control::parse_dhcp_leases(
             "1790000000 02:00:5e:10:00:01 10.0.0.2 Annas-iPhone 01:02:00:5e:10:00:01\n"
             "1790000000 02:00:5e:10:00:02 10.0.0.3 * *\n"
             "duid 00:01:00:01\n"
             "1790000000 7 fd00::2 name 00:01\n"
             "\n\n   \n"
             "1790000000 02:00:5e:10:00:03 10.0.0.4 \x1b[31m<b>x y\n"
             "1790000000 02:00:5e:10:00:04 10.0.0.5 last");
         test::equal(names.size(), 3U, "three");
         test::equal(names.at(test::value(Mac::parse(test::kid_mac))), "Annas-iPhone", "name");
         test::equal(names.at(test::value(Mac::parse(test::parent_mac))), "31mbx", "cleaned");
         test::equal(control::host_name_of(std::string(100, 'a')).size(), 63U, "short");
     }},
    {"a cooling slot is nobody's, and the lowest free one is given first",
     [] {
         control::SlotPool pool{3};
         test::check(pool.take(Slot{2}) && !pool.take(Slot{2}) && !pool.take(Slot{4}) && !pool.take(Slot{}), "take");
         test::equal(pool.take_lowest().number(), 1, "lowest");
         test::equal(pool.take_lowest().number(), 3, "next");
         test::check(!pool.take_lowest().valid(), "full");
         pool.cool(Slot{2});
         test::check(!pool.take_lowest().valid() && !pool.take(Slot{2}), "cooling");
         pool.cooled(Slot{2});
         pool.cooled(Slot{1});
         test::equal(pool.take_lowest().number(), 2, "cooled; what isn't cooling stays taken");
     }},
    {"a newcomer gate lets in a minute's worth at once and then evenly",
     [] {
         control::NewcomerGate gate{60};
         control::Steady::time_point now{1h};
         for (int i = 0; i < 60; ++i) test::check(gate.let_in("lan0", now), "a minute's worth");
         test::check(!gate.let_in("lan0", now) && gate.let_in("lan1", now), "each interface its own");
         test::check(gate.next("lan0", now) == now + 1s, "next");
         now += 1500ms;
         test::check(gate.let_in("lan0", now) && !gate.let_in("lan0", now), "one a second");
         now += 500ms;
         test::check(gate.let_in("lan0", now), "the half second counts");
         now += 24h;
         for (int i = 0; i < 60; ++i) test::check(gate.let_in("lan0", now), "never more");
         test::check(!gate.let_in("lan0", now), "never more");
     }},
    {"only regular files of sensible size are read",
     [] {
         test::Folder folder;
         test::write_file(folder / "f", "text");
         test::equal(test::value(read_file(folder / "f", 4)), "text", "read");
         test::check(!read_file(folder / "f", 3).ok(), "too large");
         test::check(!read_file("/dev/zero", 1000).ok(), "a device");
         auto const fifo = folder / "fifo";
         test::check(mkfifo(fifo.c_str(), 0600) == 0 && !read_file(fifo, 10).ok(), "a FIFO");
         test::check(!read_file(folder / "", 10).ok(), "a folder");
         test::check(read_file(folder / "none", 10).error().code() == ErrorCode::not_found, "missing");
     }},
    {"a large file is read into pages of its own, small or huge, with the same refusals",
     [] {
         test::Folder folder;
         for (std::size_t const size : {0UL, 1UL, 5000UL, 5UL << 20}) {
             std::string text(size, 'a');
             for (std::size_t i = 0; i < size; i += 4096) text[i] = static_cast<char>(i >> 12);
             test::write_file(folder / "f", text);
             auto const pages = test::value(read_pages(folder / "f", 8 << 20));
             test::check(std::ranges::equal(pages.bytes(), std::as_bytes(std::span{text})), std::to_string(size));
         }
         test::check(!read_pages(folder / "f", 4 << 20).ok(), "too large");
         test::check(!read_pages("/dev/zero", 1000).ok() && !read_pages(folder / "", 10).ok(), "no file");
         test::check(read_pages(folder / "none", 10).error().code() == ErrorCode::not_found, "missing");
     }},
    {"a replaced file leaves nothing beside it",
     [] {
         test::Folder folder;
         test::value(replace_file(folder / "f", "1"));
         test::value(replace_file(folder / "f", "2"));
         test::equal(test::file_text(folder / "f"), "2", "text");
         test::check(!replace_file(folder / "none/f", "1").ok(), "no folder");
         auto const files = std::distance(std::filesystem::directory_iterator{folder / ""}, {});
         test::equal(files, 1, "files");
     }},
    {"a second daemon for a state directory is refused with the first one's number",
     [] {
         test::Folder folder;
         {
             auto const first = test::value(control::StateLock::take(folder / "a/state"));
             auto const second = control::StateLock::take(folder / "a/state");
             test::check(!second.ok() && second.error().code() == ErrorCode::conflict, "refused");
             test::contains(second.error().message(), fmt::format("(process {})", getpid()));
         }
         test::value(control::StateLock::take(folder / "a/state"));
         test::check(std::filesystem::status(folder / "a/state").permissions() == std::filesystem::perms{0700}, "mode");
     }},
    {"an edge timer fires at its instant of the daemon's calendar, not before",
     [] {
         auto timer = test::value(control::EdgeTimer::create());
         auto const offset = 1h;
         auto const at = std::chrono::system_clock::now() + offset + 30ms;
         test::check(test::value(timer.arm(at, offset)) == control::EdgeTimer::Outcome::armed, "armed");
         test::check(timer.read() == control::EdgeTimer::Reading::nothing, "not yet");
         pollfd ready{timer.descriptor(), POLLIN, 0};
         test::equal(poll(&ready, 1, 5000), 1, "fired");
         test::check(std::chrono::system_clock::now() + offset >= at, "not early");
         test::check(timer.read() == control::EdgeTimer::Reading::expired, "expired");
         test::value(timer.arm(control::Calendar{} - 24h, 0s));
         test::equal(poll(&ready, 1, 5000), 1, "the past is now");
         test::value(timer.arm(std::nullopt, 0s));
         test::equal(poll(&ready, 1, 0), 0, "without an instant it waits for jumps alone");
     }},
    {"the service manager is told by a datagram",
     [] {
         test::Folder folder;
         auto const path = (folder / "notify").string();
         Descriptor const socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
         sockaddr_un address{};
         address.sun_family = AF_UNIX;
         std::memcpy(address.sun_path, path.c_str(), path.size());
         test::check(bind(socket.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0, "bound");
         setenv("NOTIFY_SOCKET", path.c_str(), 1);
         control::notify_manager("READY=1");
         unsetenv("NOTIFY_SOCKET");
         char text[16] = {};
         test::check(recv(socket.get(), text, sizeof text, MSG_DONTWAIT) == 7 && std::string_view{text} == "READY=1",
                     "told");
         control::notify_manager("READY=1");
     }},
    {"the watchdog's interval is ours alone",
     [] {
         setenv("WATCHDOG_USEC", "20000000", 1);
         test::check(control::watchdog_interval() == 20s, "said");
         setenv("WATCHDOG_PID", "1", 1);
         test::check(!control::watchdog_interval(), "another process's");
         unsetenv("WATCHDOG_PID");
         setenv("WATCHDOG_USEC", "soon", 1);
         test::check(!control::watchdog_interval(), "nonsense");
         unsetenv("WATCHDOG_USEC");
     }},
};

}  // namespace

int main() {
    return test::run("control/parts", tests);
}
