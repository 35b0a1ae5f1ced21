// The timer that notices jumps of the calendar. When the machine's clock is set the kernel answers ECANCELED; no test
// sets a clock that other programs of the machine go by, and a time namespace has no CLOCK_REALTIME of its own. So here
// the kernel is made to give that answer by a seccomp filter, in a child; that it gives it when a clock is set is
// timerfd_create(2)'s promise. What follows from it is in gate_clock_test.
#include "edge_timer.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "test.h"

namespace {

using namespace kindgate;
using control::Calendar;
using control::EdgeTimer;

Calendar in(std::chrono::milliseconds from_now) {
    return std::chrono::time_point_cast<Calendar::duration>(std::chrono::system_clock::now()) + from_now;
}

// From now on `call` on this descriptor fails with ECANCELED in this process.
void cancel(unsigned call, int descriptor) {
    // Both are the lower halves on the little-endian machines that Kindgate is tested on.
    std::array<sock_filter, 6> program{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(descriptor), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ECANCELED),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    }};
    sock_fprog const filter{program.size(), program.data()};
    test::check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no new privileges");
    test::check(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0, "a seccomp filter");
}

constexpr test::Test tests[] = {
    {"it is readable at the instant, also by a clock with an offset",
     [] {
         auto timer = test::value(EdgeTimer::create());
         for (std::chrono::seconds const offset : {std::chrono::seconds{0}, std::chrono::seconds{-7200}}) {
             auto const armed = timer.arm(in(std::chrono::milliseconds{20}) + offset, offset);
             test::check(armed.ok() && *armed == EdgeTimer::Outcome::armed, "armed");
             test::check(timer.read() == EdgeTimer::Reading::nothing, "not yet");
             pollfd waiting{timer.descriptor(), POLLIN, 0};
             test::equal(poll(&waiting, 1, 5000), 1, "readable");
             test::check(timer.read() == EdgeTimer::Reading::expired, "expired");
         }
     }},
    {"a calendar that was set is noticed when the timer is read",
     [] {
         auto timer = test::value(EdgeTimer::create());
         test::check(test::in_child([&] {
                         cancel(SYS_read, timer.descriptor());
                         test::check(timer.read() == EdgeTimer::Reading::clock_jumped, "read");
                     }),
                     "in a child");
     }},
    {"a calendar that was set is noticed when the timer is armed",
     [] {
         auto timer = test::value(EdgeTimer::create());
         test::check(test::in_child([&] {
                         cancel(SYS_timerfd_settime, timer.descriptor());
                         auto const armed = timer.arm(std::nullopt, std::chrono::seconds{0});
                         test::check(armed.ok() && *armed == EdgeTimer::Outcome::clock_jumped, "armed");
                     }),
                     "in a child");
     }},
};

}  // namespace

int main() {
    return test::run("control/edge_timer", tests);
}
