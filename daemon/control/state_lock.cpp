#include "state_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

namespace kindgate::control {

namespace {

Result<void> make_directory(std::filesystem::path const& directory) {
    std::error_code error;
    if (std::filesystem::is_directory(directory, error)) return {};
    std::filesystem::create_directories(directory.parent_path(), error);
    if (mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST) return {};
    return Error::from_errno(errno, fmt::format("cannot make the state directory {}", directory.string()));
}

std::string holder(int file) {
    char text[32] = {};
    auto const length = pread(file, text, sizeof text - 1, 0);
    return length > 0 ? fmt::format(" (process {})", std::string(text, static_cast<std::size_t>(length))) : "";
}

}  // namespace

// A name without a file (unix(7), abstract): each network namespace has its own, and the kernel frees it with the
// process.
Result<StateLock> StateLock::take_gate() {
    Descriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    if (!socket.open()) return Error::from_errno(errno, "cannot make a unix socket");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    constexpr std::string_view name{"\0kindgated", 10};
    name.copy(address.sun_path, name.size());
    auto const length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    if (bind(socket.get(), reinterpret_cast<sockaddr const*>(&address), length) == 0)
        return StateLock{std::move(socket)};
    if (errno != EADDRINUSE) return Error::from_errno(errno, "cannot take the gate's lock");
    return Error{ErrorCode::conflict, "another kindgated runs here: stop it first (two would undo each other's work)"};
}

Result<StateLock> StateLock::take(std::filesystem::path const& directory) {
    KG_TRY(make_directory(directory));
    auto const path = directory / "lock";
    Descriptor file{open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!file.open()) return Error::from_errno(errno, fmt::format("cannot open {}", path.string()));
    if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return Error::from_errno(errno, fmt::format("cannot lock {}", path.string()));
        return Error{ErrorCode::conflict,
                     fmt::format("another kindgated{} uses the state directory {}: stop it first, or name another "
                                 "state_directory in the board file",
                                 holder(file.get()), directory.string())};
    }
    auto const pid = std::to_string(getpid());
    // The number only serves the message above; the lock is what counts.
    if (ftruncate(file.get(), 0) != 0 || pwrite(file.get(), pid.data(), pid.size(), 0) < 0)
        return Error::from_errno(errno, fmt::format("cannot write {}", path.string()));
    return StateLock{std::move(file)};
}

}  // namespace kindgate::control
