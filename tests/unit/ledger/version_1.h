// A ledger as version 1 of the schema wrote it: `sqlite3 ledger.db .dump` and the header's two numbers. Never changed:
// whatever later versions do, they have to read this.
#pragma once

namespace kindgate::test {

inline constexpr char const* version_1 = R"sql(
PRAGMA application_id=1262963783;
PRAGMA user_version=1;
BEGIN TRANSACTION;
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO setting VALUES('last_trusted',1774400000);
INSERT INTO setting VALUES('schema_version',1);
CREATE TABLE device (
    id TEXT PRIMARY KEY,
    display_name TEXT NOT NULL,
    slot INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 16383),
    placed_profile TEXT NOT NULL,
    host_name TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO device VALUES('02:00:5e:10:00:09','',3,'','Galaxy-S9',1774300000,1774390000);
INSERT INTO device VALUES('kid-phone','Kid''s phone',1,'kid','phone',1770000000,1774399000);
CREATE TABLE device_mac (
    mac TEXT PRIMARY KEY CHECK (length(mac) = 17),
    device TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
INSERT INTO device_mac VALUES('02:00:5e:10:00:01','kid-phone');
INSERT INTO device_mac VALUES('02:00:5e:10:00:02','kid-phone');
INSERT INTO device_mac VALUES('02:00:5e:10:00:09','02:00:5e:10:00:09');
CREATE TABLE override (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    who TEXT NOT NULL,
    mode INTEGER NOT NULL CHECK (mode BETWEEN 1 AND 3),
    begins INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    given_by TEXT NOT NULL
) STRICT;
INSERT INTO override VALUES(6,'kid',3,1774390000,1774400000,'parent');
CREATE TABLE revision (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    in_force INTEGER NOT NULL,
    text TEXT NOT NULL
) STRICT;
INSERT INTO revision VALUES(1,'0123456789abcdef',1770000000,'name: "Home"');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('override',8);
INSERT INTO sqlite_sequence VALUES('revision',1);
CREATE UNIQUE INDEX device_slot ON device (slot) WHERE slot <> 0;
CREATE INDEX device_mac_device ON device_mac (device);
COMMIT;
)sql";

}  // namespace kindgate::test
