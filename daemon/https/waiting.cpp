#include "waiting.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace kindgate::https {

bool wait_for(int descriptor, short what, Patience const& patience) {
    while (true) {
        auto const left =
            std::chrono::ceil<std::chrono::milliseconds>(patience.until - std::chrono::steady_clock::now()).count();
        if (left <= 0) return false;
        // poll() passes over a descriptor of -1.
        std::array<pollfd, 2> waited{{{descriptor, what, 0}, {patience.stop, POLLIN, 0}}};
        int const ready = ::poll(waited.data(), waited.size(), static_cast<int>(std::min<long long>(left, 3'600'000)));
        if (ready < 0 && errno == EINTR) continue;
        return ready > 0 && waited[1].revents == 0;
    }
}

}  // namespace kindgate::https
