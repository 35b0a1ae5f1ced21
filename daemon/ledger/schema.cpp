#include "schema.h"

#include <array>

#include <fmt/format.h>

namespace kindgate::ledger {

namespace {

// Instants are seconds since 1970-01-01T00:00:00Z. Modes: 1 OPEN, 2 LEARNING, 3 OFF.
constexpr char const* version_1 = R"sql(
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
    id TEXT PRIMARY KEY,
    display_name TEXT NOT NULL,
    slot INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 16383),
    placed_profile TEXT NOT NULL,
    host_name TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX device_slot ON device (slot) WHERE slot <> 0;

CREATE TABLE device_mac (
    mac TEXT PRIMARY KEY CHECK (length(mac) = 17),
    device TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX device_mac_device ON device_mac (device);

-- AUTOINCREMENT: an id is never given twice.
CREATE TABLE override (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    who TEXT NOT NULL,
    mode INTEGER NOT NULL CHECK (mode BETWEEN 1 AND 3),
    begins INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    given_by TEXT NOT NULL
) STRICT;

CREATE TABLE revision (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    in_force INTEGER NOT NULL,
    text TEXT NOT NULL
) STRICT;
)sql";

// The numbers of categories in connection marks.
constexpr char const* version_2 = R"sql(
CREATE TABLE category (
    name TEXT PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE CHECK (number BETWEEN 2 AND 62)
) STRICT, WITHOUT ROWID;
)sql";

// What proofs of age have opened, and digests (keyed, in hex) of what may be shown once, until nobody would accept it
// any more. Nothing of a proof itself.
constexpr char const* version_3 = R"sql(
CREATE TABLE proof (
    device TEXT NOT NULL,
    category TEXT NOT NULL,
    min_age INTEGER NOT NULL CHECK (min_age BETWEEN 1 AND 120),
    ends INTEGER NOT NULL,
    day INTEGER NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (device, category)
) STRICT, WITHOUT ROWID;

CREATE TABLE shown (
    digest TEXT PRIMARY KEY CHECK (length(digest) = 64),
    dies INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// Statistics. `device` is '' for the house as a whole; `day` counts from 1970-01-01. `state` as in report_ledger.h.
// Octets are hex. Of `released` a cell that isn't shown is '-'.
constexpr char const* version_4 = R"sql(
CREATE TABLE counted (
    day INTEGER NOT NULL,
    device TEXT NOT NULL,
    what INTEGER NOT NULL CHECK (what BETWEEN 1 AND 4),
    number INTEGER NOT NULL CHECK (number BETWEEN 0 AND 4294967295),
    PRIMARY KEY (day, device, what)
) STRICT, WITHOUT ROWID;

CREATE TABLE report_switch (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    is_on INTEGER NOT NULL,
    switched INTEGER NOT NULL,
    switched_by TEXT NOT NULL
) STRICT;

CREATE TABLE report (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    week INTEGER NOT NULL,
    task TEXT NOT NULL,
    of_table TEXT NOT NULL,
    epsilon INTEGER NOT NULL CHECK (epsilon BETWEEN 1 AND 20000),
    state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 6),
    due INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    renewed INTEGER NOT NULL,
    answer INTEGER NOT NULL CHECK (answer BETWEEN 0 AND 31),
    report_id TEXT NOT NULL,
    random TEXT NOT NULL,
    message TEXT NOT NULL,
    note TEXT NOT NULL,
    UNIQUE (week, task),
    UNIQUE (week, of_table)
) STRICT;

CREATE TABLE released (
    number INTEGER PRIMARY KEY,
    period TEXT NOT NULL,
    of_table TEXT NOT NULL,
    people TEXT NOT NULL,
    withheld INTEGER NOT NULL CHECK (withheld BETWEEN 0 AND 3),
    half_width INTEGER NOT NULL CHECK (half_width >= 0),
    cells TEXT NOT NULL,
    UNIQUE (period, of_table, people)
) STRICT;
)sql";

constexpr std::array<char const*, 4> steps_of_today{version_1, version_2, version_3, version_4};

Error damaged(std::string_view what) {
    return {ErrorCode::damaged, std::string{what}};
}

Result<std::int64_t> version_of(Database& database) {
    auto const version = KG_TRY(database.number("PRAGMA user_version"));
    auto const application = KG_TRY(database.number("PRAGMA application_id"));
    auto const tables = KG_TRY(database.number("SELECT count(*) FROM sqlite_schema"));
    if (version == 0 && application == 0 && tables == 0) return 0;
    if (application != application_id) return damaged("it is not a ledger of Kindgate");
    auto const has_setting =
        KG_TRY(database.number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'setting'"));
    if (has_setting == 0) return damaged("its table 'setting' is missing");
    if (KG_TRY(database.number("SELECT value FROM setting WHERE name = 'schema_version'")) != version)
        return damaged("it names two different schema versions");
    return version;
}

}  // namespace

std::span<char const* const> schema_steps() {
    return steps_of_today;
}

Result<std::int64_t> known_version(Database& database, std::span<char const* const> steps) {
    auto const latest = static_cast<std::int64_t>(steps.size());
    auto const version = KG_TRY(version_of(database));
    if (version > latest)
        return Error{
            ErrorCode::conflict,
            fmt::format("its schema has version {}, and this kindgated knows versions up to {}: install a newer "
                        "kindgated, or move the file away to begin anew",
                        version, latest)};
    return version;
}

Result<void> migrate(Database& database, std::span<char const* const> steps) {
    auto version = static_cast<std::size_t>(KG_TRY(known_version(database, steps)));
    for (; version < steps.size(); ++version) {
        KG_TRY(database.transact([&]() -> Result<void> {
            KG_TRY(database.execute(steps[version]));
            return database.execute(
                fmt::format("PRAGMA application_id={0}; PRAGMA user_version={1};"
                            "INSERT OR REPLACE INTO setting (name, value) VALUES ('schema_version', {1})",
                            application_id, version + 1));
        }));
    }
    return {};
}

}  // namespace kindgate::ledger
