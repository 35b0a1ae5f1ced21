// Sockets towards the resolvers, without the engine behind them.
#include <optional>

#include "poller.h"
#include "random.h"
#include "scripted.h"
#include "upstreams.h"

using namespace kindgate;

namespace {

void put(front::Upstreams& upstreams, std::uint8_t to, std::byte what) {
    upstreams.place()[0] = what;
    (void)upstreams.queue(to, 1);
}

constexpr test::Test tests[] = {
    {"what a refusal sends to another upstream leaves with the same flush",
     [] {
         test::Udp living;
         test::Udp dead;
         auto const refusing = dead.local();
         dead.close();
         front::Poller poller;
         front::Random random;
         std::optional<front::Upstreams> upstreams;
         int lost = 0;
         upstreams.emplace(std::vector{living.local(), refusing}, poller, random,
                           front::Upstreams::Callbacks{.reply = {},
                                                       .lost =
                                                           [&](front::Route route) {
                                                               test::equal(route.upstream, 1, "the refusing one");
                                                               if (++lost == 1) put(*upstreams, 0, std::byte{42});
                                                           },
                                                       .changed = {}});
         // A port's refusal is told by the second call on the same socket.
         for (std::size_t i = 0; i <= front::Upstreams::sockets_each && lost == 0; ++i) {
             put(*upstreams, 1, std::byte{1});
             upstreams->flush();
         }
         test::check(lost > 0, "refused");
         test::check(living.must_receive().at(0) == std::byte{42}, "sent");
     }},
};

}  // namespace

int main() {
    return test::run("front/upstreams", tests);
}
