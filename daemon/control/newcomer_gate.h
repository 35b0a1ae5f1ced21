// How fast newcomers may come in, by interface: a bucket that holds a minute's worth and fills evenly. A device that
// makes up a hardware address a second can't push the others out of the table.
#pragma once

#include <algorithm>
#include <map>
#include <string>

#include "control/clock.h"

namespace kindgate::control {

class NewcomerGate {
public:
    explicit NewcomerGate(unsigned per_minute)
        : full_(per_minute), interval_(std::chrono::nanoseconds{std::chrono::minutes{1}} / per_minute) {}

    bool let_in(std::string const& interface, Steady::time_point now) {
        auto& bucket = filled(interface, now);
        if (bucket.left == 0) return false;
        --bucket.left;
        return true;
    }

    // When the next one may come in.
    Steady::time_point next(std::string const& interface, Steady::time_point now) {
        auto const& bucket = filled(interface, now);
        return bucket.left != 0 ? now : bucket.filled + interval_;
    }

private:
    struct Bucket {
        unsigned left = 0;
        Steady::time_point filled;
    };

    Bucket& filled(std::string const& interface, Steady::time_point now) {
        auto& bucket = buckets_.try_emplace(interface, Bucket{full_, now}).first->second;
        auto const more = (now - bucket.filled) / interval_;
        if (more <= 0) return bucket;
        bucket.left = static_cast<unsigned>(std::min<std::int64_t>(full_, bucket.left + more));
        bucket.filled += more * interval_;
        return bucket;
    }

    unsigned full_;
    std::chrono::nanoseconds interval_;
    std::map<std::string, Bucket> buckets_;
};

}  // namespace kindgate::control
