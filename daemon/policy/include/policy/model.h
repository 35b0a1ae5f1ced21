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

#include "age/proof.h"
#include "age/trust.h"
#include "base/ids.h"
#include "base/ip.h"
#include "report/task.h"

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

// A category that only a proof of age opens.
struct AgeGate {
    std::string category;
    std::uint8_t min_age = 0;  // years
    minutes opens{60};
    bool tokens = true;         // these open it
    bool documents = true;      // and these
    bool cross_device = false;  // a document from another device, too
    unsigned times_a_day = 0;   // 0: any number
    bool takes(age::Kind kind) const { return kind == age::Kind::token ? tokens : documents; }
    bool operator==(AgeGate const&) const = default;
};

// Categories that stand for ways around the gate.
inline constexpr std::string_view vpn_category = "vpn";
inline constexpr std::string_view encrypted_dns_category = "encrypted-dns";

enum class YouTube : std::uint8_t { off, moderate, strict };

// How a name that is blocked is answered. gate_address: with the gate's own (docs/decisions/0015).
enum class AnswerForm : std::uint8_t { nxdomain, nodata, null_address, gate_address };

// What may be reached where the mode lets anything pass. Domains are A-labels in lower
// case, without a last dot, and mean all below them, too.
struct Content {
    std::vector<std::string> block_categories;
    std::vector<std::string> allow_domains;
    std::vector<std::string> block_domains;
    std::vector<std::string> learning_categories;
    std::vector<std::string> learning_domains;
    std::vector<AgeGate> age_gates;
    YouTube youtube = YouTube::off;
    AnswerForm blocked_answer = AnswerForm::nxdomain;
    bool safe_search = false;
    bool block_encrypted_dns = false;
    bool block_vpn = false;
    bool resolved_only = false;
    bool strip_ech = false;
    bool operator==(Content const&) const = default;

    // Some names pass and others don't, or are answered otherwise.
    bool filters() const;
    // Whatever is shown: also as a way around the gate.
    bool blocks(std::string_view category) const;
};

// What parents see of use.
enum class Visibility : std::uint8_t { nothing, categories, domains };

struct Profile {
    std::string id;
    std::string display_name;
    Mode default_mode = Mode::open;
    Reason default_reason;  // rule "default_mode"
    std::vector<Window> windows;
    std::vector<Exception> exceptions;
    std::optional<date::local_days> ends_on;
    Reason ends_reason;  // rule "ends_on"; only with ends_on
    Content content;
    Visibility visibility = Visibility::nothing;
    bool operator==(Profile const&) const = default;

    // Its answer depends on the clock (windows, exceptions with windows, ends_on).
    bool depends_on_time() const;
    // What its windows are about, if not about everything: each once, sorted.
    std::vector<std::string> timed_categories() const;
    // Moments are possible in which a device of it has no access, or LEARNING only.
    bool may_be_without_access() const;
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

// A list of the policy's own, a category by its name.
struct DomainList {
    std::string name;
    std::vector<std::string> domains;
    bool operator==(DomainList const&) const = default;
};

// A survey that the house takes part in, if a grown-up has switched that on.
struct ReportTask {
    std::string table;  // id
    report::Task task;
    std::string leader;  // what people call it
    std::string helper;
    std::string id() const { return base64url_unpadded(task.id()); }
    bool operator==(ReportTask const&) const = default;
};

// Oblivious HTTP.
struct OhttpRelay {
    std::string url;
    Bytes keys;  // the gateway's key configurations, encoded
    bool operator==(OhttpRelay const&) const = default;
};

struct Reports {
    std::chrono::days keep{30};                // 0: nothing is counted
    std::uint32_t epsilon_thousandths = 4000;  // of a week, all answers together
    std::uint32_t devices_a_person = 2;
    std::vector<ReportTask> tasks;
    std::optional<OhttpRelay> relay;
    bool operator==(Reports const&) const = default;
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
    std::vector<DomainList> domain_lists;
    std::vector<std::string> always_reachable;
    std::vector<std::string> helpline_countries;  // ISO 3166-1 alpha-2; whose helplines people are shown
    std::vector<std::string> packs;               // names; at least one
    age::Trust age_trust;
    Reports reports;
    bool operator==(Policy const&) const = default;

    // Index into profiles or devices; linear, for people's requests.
    std::optional<std::size_t> find_profile(std::string_view id) const;
    std::optional<std::size_t> find_device(std::string_view id) const;
};

}  // namespace kindgate::policy
