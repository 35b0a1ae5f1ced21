// When is a reading of the kernel's table believed?
#include "table_reader.h"

#include <cerrno>

#include "test.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using kernel::Reading;
using kernel::Steady;
using kernel::Wanted;

// A table in which so many slots, from 1 on, are in LEARNING and hold leases with this end.
Wanted content(std::uint16_t slots, Steady::time_point end = Steady::time_point{1h}) {
    Wanted wanted;
    for (std::uint16_t i = 1; i <= slots; ++i) {
        wanted.learning.insert(Slot{i});
        wanted.access[Slot{i}] = end;
    }
    return wanted;
}

Reading certain(std::optional<Wanted> content) {
    return {std::move(content), true};
}
Reading doubtful(std::optional<Wanted> content) {
    return {std::move(content), false};
}

// Reads these one after another, the last for ever.
struct Kernel {
    std::vector<Result<Reading>> readings;
    std::size_t read = 0;

    Result<std::optional<Wanted>> ask() {
        return kernel::until_certain([this] { return readings[std::min(read++, readings.size() - 1)]; });
    }
    void expect(std::optional<Wanted> const& content, std::size_t times,
                std::source_location where = std::source_location::current()) {
        test::check(test::value(ask(), where) == content, "content", where);
        test::equal(read, times, "readings", where);
    }
};

constexpr test::Test tests[] = {
    {"a certain reading is believed at once",
     [] {
         Kernel{{certain(content(3))}}.expect(content(3), 1);
         Kernel{{certain({})}}.expect({}, 1);
     }},
    // Of 16,383 devices 2,954 were missing in a dump that followed their installation on a busy machine.
    {"a set that is being rehashed is read until it stands still",
     [] {
         Kernel{{doubtful(content(2)), doubtful(content(3)), doubtful(content(3))}}.expect(content(3), 3);
         Kernel{{doubtful({}), doubtful(content(3)), certain(content(4))}}.expect(content(4), 3);
         Kernel{{doubtful({}), doubtful({})}}.expect({}, 2);
     }},
    {"what is left of a lease is another each time, and no reason to read again",
     [] { Kernel{{doubtful(content(3, Steady::time_point{2h})), doubtful(content(3))}}.expect(content(3), 2); }},
    {"a table that was taken away between two questions is asked for again",
     [] {
         auto const gone = Error::from_errno(ENOENT, "asking the kernel");
         Kernel{{doubtful(content(3)), gone, doubtful(content(3)), certain({})}}.expect({}, 4);
         auto const forbidden = Kernel{{Error::from_errno(EPERM, "asking the kernel")}}.ask();
         test::equal(forbidden.error().system_error(), EPERM, "no reason to ask again");
     }},
    {"a table that never stands still is an error",
     [] {
         Kernel kernel;
         for (std::uint16_t i = 1; i < 40; ++i) kernel.readings.emplace_back(doubtful(content(i)));
         test::contains(kernel.ask().error().message(), "somebody keeps changing");
         test::check(kernel.read < 20, "it gave up");
     }},
};

}  // namespace

int main() {
    return test::run("kernel/table_reader", tests);
}
