#include "random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace kindgate::front {

void Random::refill() {
    at_ = 0;
    while (getrandom(buffer_.data(), buffer_.size(), 0) != static_cast<ssize_t>(buffer_.size()))
        if (errno != EINTR) std::abort();  // a kernel without it isn't one that we run on
}

}  // namespace kindgate::front
