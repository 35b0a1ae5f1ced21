#include "schema.h"

#include "folder.h"
#include "version_1.h"

namespace {

using namespace kindgate;
using test::Folder;

// Steps of an imagined future: the third can't work.
constexpr char const* future[] = {
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE thing (id INTEGER PRIMARY KEY, old TEXT NOT NULL) STRICT; INSERT INTO thing VALUES (1, 'kept')",
    "ALTER TABLE thing RENAME COLUMN old TO label; CREATE INDEX thing_label ON thing (label)",
    "ALTER TABLE thing ADD COLUMN more INTEGER; INSERT INTO nothing VALUES (1)",
};

std::span<char const* const> first_steps(std::size_t count) {
    return std::span{future}.first(count);
}

std::unique_ptr<ledger::Database> database(test::fs::path const& file) {
    if (!test::fs::exists(file)) test::write_bytes(file, "");
    return test::value(ledger::Database::open(file));
}

constexpr test::Test tests[] = {
    {"a file of any older version becomes one of today, its contents kept",
     [] {
         for (std::size_t from = 0; from <= 2; ++from) {
             Folder const folder;
             auto const file = folder / "steps.db";
             test::value(ledger::migrate(*database(file), first_steps(from)));
             test::value(ledger::migrate(*database(file), first_steps(2)));
             test::value(ledger::migrate(*database(file), first_steps(2)));  // again: nothing to do
             auto const about = "from version " + std::to_string(from);
             test::equal(test::sql(file, "PRAGMA user_version"), "2", about);
             test::equal(test::sql(file, "PRAGMA application_id"), std::to_string(ledger::application_id), about);
             test::equal(test::sql(file, "SELECT label FROM thing"), "kept", about);
         }
     }},
    {"a step that fails leaves the version before it whole",
     [] {
         Folder const folder;
         auto const file = folder / "steps.db";
         test::check(!ledger::migrate(*database(file), first_steps(3)).ok(), "the third step fails");
         test::equal(test::sql(file, "PRAGMA user_version"), "2", "version");
         test::equal(test::sql(file, "SELECT value FROM setting WHERE name = 'schema_version'"), "2", "version");
         test::equal(test::sql(file, "SELECT count(*) FROM pragma_table_info('thing')"), "2", "no third column");
         test::value(ledger::migrate(*database(file), first_steps(2)));
     }},
    {"a newer version is refused with both numbers",
     [] {
         Folder const folder;
         auto const file = folder / "steps.db";
         test::value(ledger::migrate(*database(file), first_steps(2)));
         auto const refused = ledger::migrate(*database(file), first_steps(1));
         test::check(!refused.ok() && refused.error().code() == ErrorCode::conflict, "refused");
         test::contains(refused.error().message(), "version 2");
         test::contains(refused.error().message(), "up to 1");
     }},
    {"a newer ledger is left alone, byte for byte",
     [] {
         Folder const folder;
         test::value(test::open(folder.ledger())->put(test::device("kid-phone", 1)));
         test::sql(folder.ledger(),
                   "PRAGMA user_version=99; UPDATE setting SET value = 99 WHERE name = 'schema_version';"
                   "PRAGMA wal_checkpoint(TRUNCATE)");
         auto const before = test::bytes_of(folder.ledger());
         auto const refused = ledger::SqliteLedger::open(folder.ledger());
         test::check(!refused.ok() && refused.error().code() == ErrorCode::conflict, "refused");
         test::contains(refused.error().message(), folder.ledger().string());
         test::contains(refused.error().message(), "install a newer kindgated");
         test::equal(test::bytes_of(folder.ledger()) == before, true, "the same bytes");
         test::equal(folder.count("damaged"), 0, "set aside");
     }},
    {"a ledger of version 1 is read for ever",
     [] {
         Folder const folder;
         test::fs::create_directories(folder.ledger().parent_path());
         test::sql(folder.ledger(), test::version_1);
         auto const ledger = test::open(folder.ledger());
         test::equal(ledger->damage(), "", "damage");
         auto const contents = test::value(ledger->read());
         test::equal(contents.devices.size(), 2U, "devices");
         test::check(contents.devices[1] == ledger::DeviceRecord{.id = "kid-phone",
                                                                 .display_name = "Kid's phone",
                                                                 .macs = {test::mac(1), test::mac(2)},
                                                                 .slot = Slot{1},
                                                                 .placed_profile = "kid",
                                                                 .host_name = "phone",
                                                                 .first_seen = test::at(1770000000),
                                                                 .last_seen = test::at(1774399000)},
                     "the device");
         test::equal(contents.overrides.size(), 1U, "overrides");
         test::equal(contents.overrides[0].id, 6U, "its id");
         test::equal(contents.next_override_id, 9U, "ids 7 and 8 were used");
         test::check(contents.last_trusted == test::at(1774400000), "time");
         test::equal(test::value(ledger->revisions())[0].text, "name: \"Home\"", "revision");
         test::equal(test::value(ledger->add(test::override_for("all"))).id, 9U, "next override");
     }},
};

}  // namespace

int main() {
    return test::run("ledger/schema", tests);
}
