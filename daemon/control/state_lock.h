// One daemon for one state directory.
#pragma once

#include <filesystem>

#include "base/descriptor.h"
#include "base/result.h"

namespace kindgate::control {

class StateLock {
public:
    // Makes the directory (mode 0700) if it is not there, and holds its lock for this object's life.
    // Of this network namespace: two daemons would undo each other's table.
    static Result<StateLock> take_gate();
    // Of the state directory, which is made if need be.
    static Result<StateLock> take(std::filesystem::path const& directory);

private:
    explicit StateLock(Descriptor file) : file_(std::move(file)) {}

    Descriptor file_;
};

}  // namespace kindgate::control
