// Watches one file by its path: written, replaced by rename, deleted, or reached over a symlink or folder that moves.
//
// inotify watches things, not paths. So every folder that is passed on the way to the file is watched for the one name
// that is looked up in it, symlinks' own folders included, and the file for its being written; the way is walked anew
// after each change.
//
// A file that was changed and is still open for writing is probably half written: its end (close) is waited for, not
// for ever. Everything else counts shortly after the last change, so that a burst is one change.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/descriptor.h"
#include "base/result.h"
#include "control/clock.h"

namespace kindgate::control {

class PathWatch {
public:
    static constexpr std::chrono::milliseconds settle{100};
    static constexpr std::chrono::milliseconds longest_write{30'000};

    static Result<PathWatch> create(std::filesystem::path const& file);

    int descriptor() const { return descriptor_.get(); }
    // Reads what the kernel tells, 64 KiB of it at most; afterwards due() may have a time.
    void read_events(Steady::time_point now);

    // When the file should be read anew; none: no change is pending.
    std::optional<Steady::time_point> due() const { return due_; }
    // It is due: forgets the change, and watches the way as it is now.
    void handled();

private:
    PathWatch(Descriptor descriptor, std::filesystem::path file)
        : descriptor_(std::move(descriptor)), file_(std::move(file)) {}

    void walk();
    void watch(std::filesystem::path const& path, std::uint32_t events, std::string_view name);
    void unwatch(int number);

    Descriptor descriptor_;
    std::filesystem::path file_;
    std::map<int, std::set<std::string>> names_;  // watch -> names that matter in that folder; "": itself
    std::optional<Steady::time_point> due_;
};

}  // namespace kindgate::control
