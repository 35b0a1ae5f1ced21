// The durable state: devices and their slots, placements by hand, people's words, what proofs of age have opened, the
// numbers of categories, policy revisions, the last trusted time, statistics (ledger/report_ledger.h). `Ledger` is what
// tests fake; `ledger/sqlite_ledger.h` has the real one. Control thread only. Every write is durable when it returns,
// except touch() and count(), which are batched.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/category.h"
#include "base/ids.h"
#include "base/result.h"
#include "ledger/report_ledger.h"
#include "policy/decide.h"

namespace kindgate::ledger {

// A device that was seen or placed. Key: `id`.
struct DeviceRecord {
    std::string id;              // policy or ledger id; a newcomer's is its hardware address
    std::string display_name;    // given by `place --name`; "" if none
    std::vector<Mac> macs;       // sorted; a MAC is in one record only
    Slot slot;                   // 0: none
    std::string placed_profile;  // by hand: profile id; "" if not placed by hand
    std::string host_name;       // last told by DHCP; printable, at most 63 characters
    Instant first_seen{};
    Instant last_seen{};
    bool operator==(DeviceRecord const&) const = default;
};

struct Revision {
    std::string id;      // first 16 hex digits of the text's hash
    Instant in_force{};  // since when
    std::string text;
    bool operator==(Revision const&) const = default;
};

// What a proof of age has opened. Nothing of the proof: not whose it was, not from whom.
struct ProofRecord {
    std::string device;  // id
    std::string category;
    std::uint8_t min_age = 0;  // years that were proved
    Instant ends{};
    std::chrono::days day{};  // local date of the last one, counted from 1970-01-01
    unsigned times = 0;       // on that date
    bool operator==(ProofRecord const&) const = default;
};

// Of something that may be shown once.
struct ShownOnce {
    std::array<std::uint8_t, 32> digest{};
    Instant dies{};  // from here on nobody would accept it anyway
};

// By name. The kernel's table and its flows carry the numbers, across restarts.
using CategoryNumbers = std::map<std::string, CategoryId, std::less<>>;

struct Contents {
    std::vector<DeviceRecord> devices;        // by id
    std::vector<policy::Override> overrides;  // by id; ended ones may be among them
    std::uint64_t next_override_id = 1;
    CategoryNumbers categories;
    std::vector<ProofRecord> proofs;  // by device and category; ended ones may be among them
    std::optional<Instant> last_trusted;
};

class Ledger : public ReportLedger {
public:
    // Everything, once at start.
    virtual Result<Contents> read() = 0;

    // Insert or replace by id. Its MACs are taken away from other records (a record left without any, and not placed,
    // goes), and so is its slot: no two records share one.
    virtual Result<void> put(DeviceRecord const& device) = 0;
    // The same for several at once: all or none, as fast as one.
    virtual Result<void> put_all(std::span<DeviceRecord const> devices) = 0;
    // With what was counted of it. An unknown id is no error.
    virtual Result<void> forget(std::string const& id) = 0;
    // Remembers last_seen and host_name ("": keep the one known) in memory; written with the next write, or by flush().
    // Nothing happens for an unknown id.
    virtual void touch(std::string const& id, Instant last_seen, std::string const& host_name) = 0;
    virtual Result<void> flush() = 0;

    // Gives it an id that was never used before, also across restarts.
    virtual Result<policy::Override> add(policy::Override given) = 0;
    // Forgets it. An unknown id is no error.
    virtual Result<void> end_override(std::uint64_t id) = 0;

    // Insert or replace by device and category, and remember what was shown: both or neither. False: that was shown
    // before, and nothing is written.
    virtual Result<bool> open_by_proof(ProofRecord const& proof, ShownOnce const& shown) = 0;
    // That it ends at `ends`: how often that was opened today stays. None of that device and category is no error.
    virtual Result<void> end_proof(std::string const& device, std::string const& category, Instant ends) = 0;
    // Forgets what has ended by `now` and whose count is of a day before `today`, and what was shown and has died.
    virtual Result<void> forget_proofs(Instant now, std::chrono::days today) = 0;

    // All there are from now on; each number first_category to last_category, and once.
    virtual Result<void> put_categories(CategoryNumbers const& categories) = 0;

    // Keeps at most the latest 20. One with the same id is replaced and is the latest again.
    virtual Result<void> add_revision(Revision const& revision) = 0;
    virtual Result<std::vector<Revision>> revisions() = 0;  // latest first

    virtual Result<void> set_last_trusted(Instant at) = 0;

    // The message about a damaged file that was set aside when it was opened; "" if it was whole.
    virtual std::string const& damage() const = 0;
};

}  // namespace kindgate::ledger
