#include "look_up.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <future>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "base/descriptor.h"

namespace kindgate::https {

namespace {

struct Found {
    int error = 0;  // EAI_…
    Addresses addresses;
};

struct LookUp {
    std::string host;
    std::string port;
    Descriptor told;  // eventfd: the promise is kept
    std::promise<Found> found;

    void run() {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        addrinfo* first = nullptr;
        int const error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &first);
        found.set_value({error, Addresses{first}});
        static_cast<void>(eventfd_write(told.get(), 1));
    }
};

}  // namespace

Result<Addresses> look_up(std::string const& host, std::string const& port, Patience const& patience) {
    auto const shared = std::make_shared<LookUp>(host, port, Descriptor{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)});
    if (!shared->told.open()) return Error::from_errno(errno, "cannot look up a name");
    auto found = shared->found.get_future();
    try {
        std::thread{[shared] { shared->run(); }}.detach();
    } catch (std::system_error const& failed) {
        return Error::from_errno(failed.code().value(), "cannot start a thread that looks up a name");
    }
    if (!wait_for(shared->told.get(), POLLIN, patience))
        return Error{ErrorCode::unavailable, fmt::format("{} isn't found in time", host)};
    auto [error, addresses] = found.get();
    if (error != 0)
        return Error{ErrorCode::unavailable, fmt::format("{} isn't found ({})", host, ::gai_strerror(error))};
    return std::move(addresses);
}

}  // namespace kindgate::https
