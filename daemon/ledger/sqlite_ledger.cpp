#include "ledger/sqlite_ledger.h"

#include <algorithm>
#include <utility>

#include <sys/stat.h>

#include <fmt/format.h>

#include "base/bytes.h"
#include "database.h"
#include "open_file.h"
#include "report_rows.h"
#include "schema.h"

namespace kindgate::ledger {

namespace {

constexpr std::int64_t revisions_kept = 20;

Instant instant(std::int64_t seconds) {
    return Instant{std::chrono::seconds{seconds}};
}

std::int64_t seconds(Instant at) {
    return at.time_since_epoch().count();
}

Error damaged(std::string message) {
    return {ErrorCode::damaged, std::move(message)};
}

Result<void> read_macs(Database& database, std::vector<DeviceRecord>& devices) {
    auto rows = KG_TRY(database.prepare("SELECT mac, device FROM device_mac ORDER BY device, mac"));
    auto device = devices.begin();
    while (KG_TRY(rows.step())) {
        auto const id = rows.text(1);
        while (device != devices.end() && device->id < id) ++device;
        auto const mac = Mac::parse(rows.text(0));
        if (!mac.ok() || device == devices.end() || device->id != id)
            return damaged(fmt::format("the hardware address '{}' of '{}' makes no sense", rows.text(0), id));
        device->macs.push_back(*mac);
    }
    return {};
}

Result<std::vector<DeviceRecord>> read_devices(Database& database) {
    std::vector<DeviceRecord> devices;
    auto rows = KG_TRY(database.prepare(
        "SELECT id, display_name, slot, placed_profile, host_name, first_seen, last_seen FROM device ORDER BY id"));
    while (KG_TRY(rows.step())) {
        devices.push_back({.id = rows.text(0),
                           .display_name = rows.text(1),
                           .macs = {},
                           .slot = Slot{static_cast<std::uint16_t>(rows.integer(2))},
                           .placed_profile = rows.text(3),
                           .host_name = rows.text(4),
                           .first_seen = instant(rows.integer(5)),
                           .last_seen = instant(rows.integer(6))});
    }
    KG_TRY(read_macs(database, devices));
    return devices;
}

// 2200-01-01T00:00:00Z: nobody's word lasts longer, and nobody's arithmetic overflows before.
constexpr std::int64_t last_instant = 7'258'118'400;

Result<std::vector<policy::Override>> read_overrides(Database& database) {
    std::vector<policy::Override> overrides;
    auto rows = KG_TRY(database.prepare("SELECT id, who, mode, begins, ends, given_by FROM override ORDER BY id"));
    while (KG_TRY(rows.step())) {
        auto const mode = rows.integer(2);
        if (mode < 1 || mode > 3) return damaged(fmt::format("override {} has mode {}", rows.integer(0), mode));
        if (rows.integer(3) < 0 || rows.integer(4) > last_instant)
            return damaged(fmt::format("override {} begins or ends at no time that can be", rows.integer(0)));
        overrides.push_back({.id = static_cast<std::uint64_t>(rows.integer(0)),
                             .who = rows.text(1),
                             .mode = static_cast<policy::Mode>(mode),
                             .when = {instant(rows.integer(3)), instant(rows.integer(4))},
                             .given_by = rows.text(5)});
    }
    return overrides;
}

Result<CategoryNumbers> read_categories(Database& database) {
    CategoryNumbers categories;
    auto rows = KG_TRY(database.prepare("SELECT name, number FROM category"));
    while (KG_TRY(rows.step())) {
        auto const number = rows.integer(1);
        if (number < first_category || number > last_category)
            return damaged(fmt::format("the category '{}' has the number {}", rows.text(0), number));
        categories.emplace(rows.text(0), static_cast<CategoryId>(number));
    }
    return categories;
}

Result<std::vector<ProofRecord>> read_proofs(Database& database) {
    std::vector<ProofRecord> proofs;
    auto rows = KG_TRY(
        database.prepare("SELECT device, category, min_age, ends, day, times FROM proof ORDER BY device, category"));
    while (KG_TRY(rows.step())) {
        if (rows.integer(3) < 0 || rows.integer(3) > last_instant || rows.integer(4) > last_instant / 86400)
            return damaged(fmt::format("what a proof has opened on {} ends at no time that can be", rows.text(0)));
        proofs.push_back({.device = rows.text(0),
                          .category = rows.text(1),
                          .min_age = static_cast<std::uint8_t>(rows.integer(2)),
                          .ends = instant(rows.integer(3)),
                          .day = std::chrono::days{static_cast<int>(rows.integer(4))},
                          .times = static_cast<unsigned>(rows.integer(5))});
    }
    return proofs;
}

Result<Contents> read_contents(Database& database) {
    Contents contents;
    contents.devices = KG_TRY(read_devices(database));
    contents.overrides = KG_TRY(read_overrides(database));
    contents.categories = KG_TRY(read_categories(database));
    contents.proofs = KG_TRY(read_proofs(database));
    auto const last_id = KG_TRY(database.number("SELECT seq FROM sqlite_sequence WHERE name = 'override'"));
    contents.next_override_id = static_cast<std::uint64_t>(last_id) + 1;
    auto trusted = KG_TRY(database.prepare("SELECT value FROM setting WHERE name = 'last_trusted'"));
    if (KG_TRY(trusted.step())) contents.last_trusted = instant(trusted.integer(0));
    return contents;
}

Result<std::vector<Revision>> read_revisions(Database& database) {
    std::vector<Revision> revisions;
    auto rows = KG_TRY(database.prepare("SELECT id, in_force, text FROM revision ORDER BY number DESC"));
    while (KG_TRY(rows.step())) revisions.push_back({rows.text(0), instant(rows.integer(1)), rows.text(2)});
    return revisions;
}

Result<void> check_readable(Database& database) {
    KG_TRY(read_contents(database));
    KG_TRY(read_revisions(database));
    KG_TRY(read_report_contents(database));
    return {};
}

Result<void> put_row(Database& database, DeviceRecord const& device) {
    auto const slot = static_cast<std::int64_t>(device.slot.number());
    auto free = KG_TRY(database.prepare("UPDATE device SET slot = 0 WHERE slot = ? AND slot <> 0 AND id <> ?"));
    KG_TRY(free.bind(slot).bind(device.id).run());
    auto row = KG_TRY(database.prepare(
        "INSERT INTO device (id, display_name, slot, placed_profile, host_name, first_seen, last_seen)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET display_name = excluded.display_name,"
        " slot = excluded.slot, placed_profile = excluded.placed_profile, host_name = excluded.host_name,"
        " first_seen = excluded.first_seen, last_seen = excluded.last_seen"));
    return row.bind(device.id)
        .bind(device.display_name)
        .bind(slot)
        .bind(device.placed_profile)
        .bind(device.host_name)
        .bind(seconds(device.first_seen))
        .bind(seconds(device.last_seen))
        .run();
}

}  // namespace

SqliteLedger::SqliteLedger(std::unique_ptr<Database> database, std::string damage, Place place)
    : database_(std::move(database)), damage_(std::move(damage)), place_(std::move(place)) {}

SqliteLedger::~SqliteLedger() = default;

Result<std::unique_ptr<SqliteLedger>> SqliteLedger::open(std::filesystem::path const& file) {
    auto opened = KG_TRY(open_file(file, check_readable));
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0)
        return Error::from_errno(errno, fmt::format("the ledger {} is gone", file.string()));
    return std::unique_ptr<SqliteLedger>{
        new SqliteLedger{std::move(opened.database), std::move(opened.damage), {file, status.st_dev, status.st_ino}}};
}

Result<std::unique_ptr<SqliteLedger>> SqliteLedger::in_memory(std::string const& why) {
    auto database = KG_TRY(Database::open(":memory:"));
    KG_TRY(migrate(*database, schema_steps()));
    auto damage = fmt::format(
        "{}: placements, people's words and slots are kept until kindgated ends, and forgotten then: mend it, and "
        "start "
        "kindgated again",
        why);
    return std::unique_ptr<SqliteLedger>{new SqliteLedger{std::move(database), std::move(damage), {}}};
}

// SQLite would go on writing into a file that has no name any more.
Result<void> SqliteLedger::still_there() const {
    if (place_.file.empty()) return {};
    struct stat status{};
    if (::stat(place_.file.c_str(), &status) == 0 && status.st_dev == place_.device && status.st_ino == place_.inode)
        return {};
    return Error{ErrorCode::system,
                 fmt::format("the ledger {} was removed or replaced while it was in use: start kindgated again",
                             place_.file.string())};
}

template <typename Body>
Result<void> SqliteLedger::write(Body body) {
    KG_TRY(still_there());
    KG_TRY(database_->transact([&]() -> Result<void> {
        KG_TRY(write_remembered());
        return body();
    }));
    touched_.clear();
    counted_.clear();
    return {};
}

Result<Contents> SqliteLedger::read() {
    auto contents = KG_TRY(read_contents(*database_));
    for (auto& device : contents.devices) {
        auto const touch = touched_.find(device.id);
        if (touch == touched_.end()) continue;
        device.last_seen = touch->second.last_seen;
        if (!touch->second.host_name.empty()) device.host_name = touch->second.host_name;
    }
    return contents;
}

Result<void> SqliteLedger::put(DeviceRecord const& device) {
    return put_all({&device, 1});
}

Result<void> SqliteLedger::put_all(std::span<DeviceRecord const> devices) {
    return write([&]() -> Result<void> {
        for (auto const& device : devices) {
            KG_TRY(put_row(*database_, device));
            KG_TRY(take_macs(device));
        }
        return {};
    });
}

// Who had them before keeps the rest, or goes if nothing holds it.
Result<void> SqliteLedger::take_macs(DeviceRecord const& device) {
    auto drop_own = KG_TRY(database_->prepare("DELETE FROM device_mac WHERE device = ?"));
    KG_TRY(drop_own.bind(device.id).run());
    auto owner = KG_TRY(database_->prepare("SELECT device FROM device_mac WHERE mac = ?"));
    auto take = KG_TRY(database_->prepare("INSERT OR REPLACE INTO device_mac (mac, device) VALUES (?, ?)"));
    auto drop_owner =
        KG_TRY(database_->prepare("DELETE FROM device WHERE id = ?1 AND id <> ?2 AND placed_profile = ''"
                                  " AND NOT EXISTS (SELECT 1 FROM device_mac WHERE device = ?1)"));
    for (auto const& mac : device.macs) {
        auto const text = mac.text();
        bool const owned = KG_TRY(owner.bind(text).step());
        auto const previous = owned ? owner.text(0) : std::string{};
        KG_TRY(owner.run());
        KG_TRY(take.bind(text).bind(device.id).run());
        if (owned) KG_TRY(drop_owner.bind(previous).bind(device.id).run());
    }
    return {};
}

Result<void> SqliteLedger::forget(std::string const& id) {
    return write([&]() -> Result<void> {
        auto proofs = KG_TRY(database_->prepare("DELETE FROM proof WHERE device = ?"));
        KG_TRY(proofs.bind(id).run());
        KG_TRY(forget_counts_of(*database_, id));
        auto statement = KG_TRY(database_->prepare("DELETE FROM device WHERE id = ?"));
        return statement.bind(id).run();
    });
}

void SqliteLedger::touch(std::string const& id, Instant last_seen, std::string const& host_name) {
    auto& touch = touched_[id];
    touch.last_seen = last_seen;
    if (!host_name.empty()) touch.host_name = host_name;
}

Result<void> SqliteLedger::flush() {
    if (!remembers()) return {};
    return write([] { return Result<void>{}; });
}

Result<void> SqliteLedger::write_remembered() {
    auto statement = KG_TRY(database_->prepare(
        "UPDATE device SET last_seen = ?1, host_name = CASE ?2 WHEN '' THEN host_name ELSE ?2 END WHERE id = ?3"));
    for (auto const& [id, touch] : touched_)
        KG_TRY(statement.bind(seconds(touch.last_seen)).bind(touch.host_name).bind(id).run());
    std::vector<DayCount> more;
    for (auto const& [key, number] : counted_)
        more.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), number});
    return add_counts(*database_, more);
}

Result<policy::Override> SqliteLedger::add(policy::Override given) {
    KG_TRY(write([&]() -> Result<void> {
        auto statement = KG_TRY(
            database_->prepare("INSERT INTO override (who, mode, begins, ends, given_by) VALUES (?, ?, ?, ?, ?)"));
        return statement.bind(given.who)
            .bind(static_cast<std::int64_t>(given.mode))
            .bind(seconds(given.when.from))
            .bind(seconds(given.when.to))
            .bind(given.given_by)
            .run();
    }));
    given.id = static_cast<std::uint64_t>(database_->last_insert_id());
    return given;
}

Result<void> SqliteLedger::end_override(std::uint64_t id) {
    return write([&]() -> Result<void> {
        auto statement = KG_TRY(database_->prepare("DELETE FROM override WHERE id = ?"));
        return statement.bind(static_cast<std::int64_t>(id)).run();
    });
}

Result<bool> SqliteLedger::open_by_proof(ProofRecord const& proof, ShownOnce const& shown) {
    bool is_new = true;
    KG_TRY(write([&]() -> Result<void> {
        auto const digest = hex(shown.digest);
        auto known = KG_TRY(database_->prepare("SELECT 1 FROM shown WHERE digest = ?"));
        is_new = !KG_TRY(known.bind(digest).step());
        if (!is_new) return {};
        auto remember = KG_TRY(database_->prepare("INSERT INTO shown (digest, dies) VALUES (?, ?)"));
        KG_TRY(remember.bind(digest).bind(seconds(shown.dies)).run());
        auto put =
            KG_TRY(database_->prepare("INSERT OR REPLACE INTO proof (device, category, min_age, ends, day, times)"
                                      " VALUES (?, ?, ?, ?, ?, ?)"));
        return put.bind(proof.device)
            .bind(proof.category)
            .bind(std::int64_t{proof.min_age})
            .bind(seconds(proof.ends))
            .bind(std::int64_t{proof.day.count()})
            .bind(std::int64_t{proof.times})
            .run();
    }));
    return is_new;
}

Result<void> SqliteLedger::end_proof(std::string const& device, std::string const& category, Instant ends) {
    return write([&]() -> Result<void> {
        auto end = KG_TRY(database_->prepare("UPDATE proof SET ends = ? WHERE device = ? AND category = ?"));
        return end.bind(seconds(ends)).bind(device).bind(category).run();
    });
}

Result<void> SqliteLedger::forget_proofs(Instant now, std::chrono::days today) {
    return write([&]() -> Result<void> {
        auto ended = KG_TRY(database_->prepare("DELETE FROM proof WHERE ends <= ? AND day < ?"));
        KG_TRY(ended.bind(seconds(now)).bind(std::int64_t{today.count()}).run());
        auto died = KG_TRY(database_->prepare("DELETE FROM shown WHERE dies <= ?"));
        return died.bind(seconds(now)).run();
    });
}

Result<void> SqliteLedger::put_categories(CategoryNumbers const& categories) {
    return write([&]() -> Result<void> {
        KG_TRY(database_->execute("DELETE FROM category"));
        auto add = KG_TRY(database_->prepare("INSERT INTO category (name, number) VALUES (?, ?)"));
        for (auto const& [name, number] : categories)
            KG_TRY(add.bind(name).bind(static_cast<std::int64_t>(number)).run());
        return {};
    });
}

Result<void> SqliteLedger::add_revision(Revision const& revision) {
    return write([&]() -> Result<void> {
        // A new number: it is the latest again.
        auto add = KG_TRY(database_->prepare("INSERT OR REPLACE INTO revision (id, in_force, text) VALUES (?, ?, ?)"));
        KG_TRY(add.bind(revision.id).bind(seconds(revision.in_force)).bind(revision.text).run());
        auto prune = KG_TRY(database_->prepare(
            "DELETE FROM revision WHERE number NOT IN (SELECT number FROM revision ORDER BY number DESC LIMIT ?)"));
        return prune.bind(revisions_kept).run();
    });
}

Result<std::vector<Revision>> SqliteLedger::revisions() {
    return read_revisions(*database_);
}

Result<void> SqliteLedger::set_last_trusted(Instant at) {
    return write([&]() -> Result<void> {
        auto statement =
            KG_TRY(database_->prepare("INSERT OR REPLACE INTO setting (name, value) VALUES ('last_trusted', ?)"));
        return statement.bind(seconds(at)).run();
    });
}

void SqliteLedger::count(DayCount const& more) {
    counted_[{more.day, more.device, more.what}] += more.number;
}

Result<std::vector<DayCount>> SqliteLedger::house_counts(report::Day first, report::Day last) {
    KG_TRY(flush());
    return read_house_counts(*database_, first, last);
}

Result<std::vector<DayCount>> SqliteLedger::device_counts(report::Day first, report::Day last) {
    KG_TRY(flush());
    return read_device_counts(*database_, first, last);
}

Result<void> SqliteLedger::forget_counts(report::Day before) {
    KG_TRY(write([&] { return forget_counts_before(*database_, before); }));
    erase_log();
    return {};
}

// What was forgotten stands in older pages of the write-ahead log.
void SqliteLedger::erase_log() {
    static_cast<void>(database_->execute("PRAGMA wal_checkpoint(TRUNCATE)"));
}

Result<ReportContents> SqliteLedger::read_reports() {
    return read_report_contents(*database_);
}

Result<void> SqliteLedger::switch_reports(ReportSwitch const& to, report::Week first) {
    KG_TRY(write([&]() -> Result<void> {
        KG_TRY(put_report_switch(*database_, to));
        return to.on ? put_first_report_week(*database_, first) : withdraw_reports(*database_, to.switched);
    }));
    if (!to.on) erase_log();
    return {};
}

Result<bool> SqliteLedger::debit(ReportRecord const& record) {
    bool is_new = false;
    KG_TRY(write([&]() -> Result<void> {
        is_new = KG_TRY(add_report(*database_, record));
        return {};
    }));
    return is_new;
}

Result<void> SqliteLedger::put_report(ReportRecord const& record) {
    KG_TRY(write([&] { return replace_report(*database_, record); }));
    if (record.random.empty()) erase_log();
    return {};
}

Result<std::vector<report::ReleasedTable>> SqliteLedger::released(std::string const& period) {
    return read_released(*database_, period);
}

Result<void> SqliteLedger::put_released(std::span<report::ReleasedTable const> tables) {
    return write([&] { return add_released(*database_, tables); });
}

}  // namespace kindgate::ledger
