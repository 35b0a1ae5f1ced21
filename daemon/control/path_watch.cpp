#include "path_watch.h"

#include <sys/inotify.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <string_view>
#include <system_error>
#include <vector>

namespace kindgate::control {

namespace {

// Of a folder no IN_MODIFY: a log or a database beside the file would wake the daemon with each write.
constexpr std::uint32_t of_a_folder =
    IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::string_view itself;  // what concerns the file, not a name in a folder
// As the kernel follows symlinks (path_resolution(7)).
constexpr int most_symlinks = 40;
constexpr int most_reads = 4;

using Way = std::deque<std::filesystem::path>;

Way components(std::filesystem::path const& path) {
    Way way;
    for (auto const& part : path.relative_path())
        if (!part.empty() && part != ".") way.push_back(part);
    return way;
}

}  // namespace

Result<PathWatch> PathWatch::create(std::filesystem::path const& file) {
    Descriptor descriptor{inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
    if (!descriptor.open()) return Error::from_errno(errno, "cannot watch files (inotify)");
    PathWatch watch{std::move(descriptor), std::filesystem::absolute(file)};
    watch.walk();
    return watch;
}

// A folder or file that is not there: the folder above it is watched, and tells when it comes.
void PathWatch::watch(std::filesystem::path const& path, std::uint32_t events, std::string_view name) {
    auto const number = inotify_add_watch(descriptor_.get(), path.c_str(), events | IN_MASK_ADD);
    if (number >= 0) names_[number].emplace(name);
}

void PathWatch::unwatch(int number) {
    names_.erase(number);
    inotify_rm_watch(descriptor_.get(), number);
}

// Follows the path as the kernel would, and watches each folder before it looks into it: no change is missed in
// between.
void PathWatch::walk() {
    std::vector<int> before;
    for (auto& [number, names] : names_) {
        before.push_back(number);
        names.clear();
    }
    std::filesystem::path folder = "/";
    auto way = components(file_);
    int symlinks = 0;
    while (!way.empty()) {
        auto const name = way.front();
        way.pop_front();
        if (name == "..") {
            folder = folder.parent_path();
            continue;
        }
        watch(folder, of_a_folder | IN_ONLYDIR, name.string());
        std::error_code error;
        auto const target = std::filesystem::read_symlink(folder / name, error);
        if (error) {
            folder /= name;
            continue;
        }
        if (++symlinks > most_symlinks) break;
        if (target.is_absolute()) folder = "/";
        auto const rest = components(target);
        way.insert(way.begin(), rest.begin(), rest.end());
    }
    watch(folder, IN_MODIFY, itself);
    for (auto const number : before)
        if (names_[number].empty()) unwatch(number);
}

void PathWatch::read_events(Steady::time_point now) {
    alignas(inotify_event) std::array<char, 16384> buffer{};
    // Not to the end: others may write in the folder faster than this reads.
    for (int i = 0; i < most_reads; ++i) {
        auto const length = ::read(descriptor_.get(), buffer.data(), buffer.size());
        if (length <= 0) return;
        for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(length);) {
            inotify_event event{};
            std::memcpy(&event, buffer.data() + at, sizeof event);
            auto const* name = buffer.data() + at + sizeof event;
            at += sizeof event + event.len;
            bool const lost = (event.mask & IN_Q_OVERFLOW) != 0;
            auto const found = names_.find(event.wd);
            if (!lost && found == names_.end()) continue;
            if (!lost && event.len != 0 && !found->second.contains(name)) continue;
            if ((event.mask & IN_IGNORED) != 0) names_.erase(event.wd);
            due_ = now + ((event.mask & IN_MODIFY) != 0 ? longest_write : settle);
            // Whether it is being written is told by the file alone, so it is watched from its first moment.
            if ((event.mask & IN_CREATE) != 0) walk();
        }
    }
}

void PathWatch::handled() {
    due_.reset();
    walk();
}

}  // namespace kindgate::control
