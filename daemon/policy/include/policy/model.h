// The validated policy: what the loader makes of a policy file once every rule in it has been checked. Values only;
// `extends` is resolved, names are looked up, times are minutes of the local day. Immutable once made: shared between
// threads as `std::shared_ptr<Policy const>`.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <date/date.h>

#include "base/ids.h"
#include "base/ip.h"

namespace date {
class time_zone;
}

namespace kindgate::policy {

using std::chrono::minutes;
// An instant, UTC.
using Instant = std::chrono::sys_seconds;

// In the order of restriction: the larger one wins among windows.
enum class Mode : std::uint8_t { open = 1, learning = 2, off = 3 };

std::string_view name(Mode mode);  // "OPEN", "LEARNING", "OFF"

// Bit i: weekday with c_encoding i (0 = Sunday).
class Days {
public:
    constexpr Days() = default;
    constexpr void add(date::weekday day) { bits_ = static_cast<std::uint8_t>(bits_ | 1U << day.c_encoding()); }
    constexpr bool has(date::weekday day) const { return (bits_ >> day.c_encoding() & 1U) != 0; }
    constexpr bool empty() const { return bits_ == 0; }
    bool operator==(Days const&) const = default;

private:
    std::uint8_t bits_ = 0;
};

// The rule that states something: the field path inside the profile that states it, and its sentence for people,
// which doesn't depend on the instant.
struct Reason {
    std::string rule;  // "windows[2]", "exceptions[0].windows[1]", "default_mode", "ends_on", "override"
    std::string text;  // "Bedtime: off daily 21:00-07:00"
    bool operator==(Reason const&) const = default;
};

struct Window {
    Days days;       // in exceptions: all
    minutes from{};  // since local midnight of the date it belongs to, 0 to 1439
    minutes to{};    // since the same midnight, more than `from`, at most from + 1440
    Mode mode = Mode::off;
    std::string label;
    std::vector<std::string> categories;  // not empty: OFF for these only
    Reason reason;
    bool operator==(Window const&) const = default;
};

struct Exception {
    date::local_days first{};
    date::local_days last{};  // inclusive
    std::vector<Window> windows;
    std::string label;
    bool operator==(Exception const&) const = default;
};

struct Profile {
    std::string id;
    std::string display_name;
    Mode default_mode = Mode::open;
    Reason default_reason;  // rule "default_mode"
    std::vector<Window> windows;
    std::vector<Exception> exceptions;
    std::optional<date::local_days> ends_on;
    Reason ends_reason;  // rule "ends_on"; only with ends_on
    bool operator==(Profile const&) const = default;

    // Its answer depends on the clock (windows, exceptions with windows, ends_on).
    bool depends_on_time() const;
};

struct Device {
    std::string id;
    std::string display_name;
    std::vector<Mac> macs;
    std::size_t profile = 0;  // index into Policy::profiles
    bool operator==(Device const&) const = default;
};

struct Network {
    std::optional<IpPrefix> prefix;
    std::string interface;  // "" : any
    std::size_t profile = 0;
    bool operator==(Network const&) const = default;
};

struct Policy {
    std::string name;
    date::time_zone const* zone =
        nullptr;  // never null; owned by the zone database, which lives as long as the process
    minutes day_starts{};
    std::vector<Profile> profiles;  // at least one
    std::vector<Device> devices;
    std::vector<Network> networks;
    std::optional<std::size_t> newcomer_profile;  // index; none: newcomers have no access
    bool operator==(Policy const&) const = default;

    // Index into profiles or devices; linear, for people's requests.
    std::optional<std::size_t> find_profile(std::string_view id) const;
    std::optional<std::size_t> find_device(std::string_view id) const;
};

}  // namespace kindgate::policy
