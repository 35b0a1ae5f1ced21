// Damage: whatever is in the file, the gate gets a ledger that works, is told, and the bytes are kept beside it.
#include "open_file.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <functional>

#include <fmt/format.h>

#include "folder.h"

namespace {

using namespace kindgate;
using test::Folder;

constexpr std::size_t page = 4096;

// A checkpointed ledger with something in every table.
void fill(test::fs::path const& file) {
    {
        auto const ledger = test::open(file);
        for (int i = 1; i <= 40; ++i) test::value(ledger->put(test::device("device-" + std::to_string(i), i)));
        for (int i = 1; i <= 10; ++i) test::value(ledger->add(test::override_for("kid")));
        test::value(ledger->add_revision({"0123456789abcdef", test::at(5), std::string(3 * page, 'x')}));
        test::value(ledger->set_last_trusted(test::at(1'750'000'000)));
    }
    test::sql(file, "PRAGMA wal_checkpoint(TRUNCATE)");
}

// Every kind of read and write works.
void works(ledger::SqliteLedger& ledger, std::string_view about) {
    auto const before = test::value(ledger.read());
    test::value(ledger.put(test::device("new", 200)));
    auto const given = test::value(ledger.add(test::override_for("all")));
    test::check(given.id >= before.next_override_id, about);
    test::value(ledger.add_revision({"fedcba9876543210", test::at(6), "text"}));
    test::value(ledger.set_last_trusted(test::at(2)));
    ledger.touch("new", test::at(7), "");
    test::value(ledger.flush());
    test::value(ledger.forget("new"));
    test::value(ledger.end_override(given.id));
    auto const after = test::value(ledger.read());
    test::check(after.devices == before.devices && after.overrides == before.overrides, about);
}

void expect_set_aside(Folder const& folder, std::string const& bytes, std::string_view about) {
    auto const ledger = test::open(folder.ledger());
    test::check(!ledger->damage().empty(), about);
    test::contains(ledger->damage(), folder.ledger().string());
    test::contains(ledger->damage(), "is set aside as");
    test::check(test::value(ledger->read()).devices.empty(), about);
    works(*ledger, about);
    bool kept = false;
    for (auto const& entry : test::fs::directory_iterator{folder.ledger().parent_path()})
        if (entry.path().filename().string().starts_with("ledger.db.damaged-2"))
            kept = kept || test::bytes_of(entry.path()) == bytes;
    test::check(kept, std::string{about} + ": the damaged bytes are kept");
}

struct Damage {
    char const* name;
    std::function<void(std::string&)> apply;
};

std::vector<Damage> damages() {
    return {
        {"cut in the middle", [](std::string& bytes) { bytes.resize(bytes.size() / 2); }},
        {"cut inside the first page", [](std::string& bytes) { bytes.resize(1000); }},
        {"one byte left", [](std::string& bytes) { bytes.resize(1); }},
        {"all zeros", [](std::string& bytes) { bytes.assign(bytes.size(), '\0'); }},
        {"zeros after the first page",
         [](std::string& bytes) { bytes.replace(page, bytes.size() - page, bytes.size() - page, '\0'); }},
        {"a text file", [](std::string& bytes) { bytes = "# my notes\n"; }},
        {"a longer text file", [](std::string& bytes) { bytes = std::string(10'000, '#'); }},
    };
}

constexpr unsigned nobody = 65534;

constexpr test::Test tests[] = {
    {"a file that can't be trusted is set aside whole, and a new ledger works",
     [] {
         for (auto const& damage : damages()) {
             Folder const folder;
             fill(folder.ledger());
             auto bytes = test::bytes_of(folder.ledger());
             damage.apply(bytes);
             test::write_bytes(folder.ledger(), bytes);
             expect_set_aside(folder, bytes, damage.name);
         }
     }},
    {"another program's database is set aside",
     [] {
         Folder const folder;
         test::fs::create_directories(folder.ledger().parent_path());
         test::sql(folder.ledger(), "CREATE TABLE photo (id INTEGER); INSERT INTO photo VALUES (1)");
         expect_set_aside(folder, test::bytes_of(folder.ledger()), "not ours");
     }},
    {"a word that ends at no time that can be is damage: nobody computes with it",
     [] {
         Folder const folder;
         fill(folder.ledger());
         test::sql(folder.ledger(),
                   "UPDATE override SET ends = 9999999999 WHERE id = 1; PRAGMA wal_checkpoint(TRUNCATE)");
         expect_set_aside(folder, test::bytes_of(folder.ledger()), "the year 2286");
     }},
    // Whatever a flipped byte hits, the ledger either still works as a whole or is set aside: never an error, never a
    // ledger that fails later.
    {"flipped bytes anywhere leave a ledger that works",
     [] {
         Folder const folder;
         fill(folder.ledger());
         auto const whole = test::bytes_of(folder.ledger());
         int set_aside = 0;
         // 97 is prime to the page size: all kinds of places are hit; the header byte by byte.
         for (std::size_t at = 0; at < whole.size(); at += at < 100 ? 1 : 97) {
             auto bytes = whole;
             bytes[at] = static_cast<char>(bytes[at] ^ 0x41);
             test::fs::remove_all(folder.ledger().parent_path());
             test::fs::create_directories(folder.ledger().parent_path());
             test::write_bytes(folder.ledger(), bytes);
             auto const about = fmt::format("byte {} of page {}", at % page, at / page + 1);
             auto ledger = ledger::SqliteLedger::open(folder.ledger());
             if (!ledger.ok()) test::fail(about + ": " + ledger.error().message());
             works(**ledger, about);
             if (!(*ledger)->damage().empty()) ++set_aside;
         }
         test::check(set_aside > 20, fmt::format("only {} were noticed", set_aside));
     }},
    {"a log of garbage loses nothing that was in the file",
     [] {
         Folder const folder;
         fill(folder.ledger());
         test::write_bytes(folder.ledger().string() + "-wal", std::string(5000, '\x5a'));
         test::write_bytes(folder.ledger().string() + "-shm", std::string(32768, '\x5a'));
         auto const ledger = test::open(folder.ledger());
         test::equal(test::value(ledger->read()).devices.size(), 40U, "devices");
         works(*ledger, "garbage log");
     }},
    {"a log that was cut or damaged in the middle gives the writes before that",
     [] {
         Folder const folder;
         auto const file = folder.ledger();
         auto const log = test::fs::path{file.string() + "-wal"};
         std::string main_bytes;
         std::string log_bytes;
         {
             auto const ledger = test::open(file);
             for (int i = 1; i <= 40; ++i) test::value(ledger->put(test::device("device-" + std::to_string(i), i)));
             main_bytes = test::bytes_of(file);
             log_bytes = test::bytes_of(log);
         }
         test::check(log_bytes.size() > 20 * page, "the writes are in the log");
         for (std::size_t at = 0; at < log_bytes.size(); at += 1499) {
             for (bool const cut : {true, false}) {
                 auto bytes = log_bytes;
                 if (cut)
                     bytes.resize(at);
                 else
                     bytes[at] = static_cast<char>(bytes[at] ^ 0x41);
                 test::fs::remove_all(file.parent_path());
                 test::fs::create_directories(file.parent_path());
                 test::write_bytes(file, main_bytes);
                 test::write_bytes(log, bytes);
                 auto const ledger = test::open(file);
                 works(*ledger, fmt::format("{} at {}", cut ? "cut" : "flipped", at));
             }
         }
     }},
    // SQLite takes an empty file for a new database and deletes its log.
    {"an emptied file with a log is set aside with its log",
     [] {
         Folder const folder;
         auto const log = test::fs::path{folder.ledger().string() + "-wal"};
         test::open(folder.ledger());
         test::write_bytes(folder.ledger(), "");
         test::write_bytes(log, "the last writes");
         auto const ledger = test::open(folder.ledger());
         test::contains(ledger->damage(), "it is empty, but its log is not");
         test::equal(folder.count("-wal"), 2, "the old log beside the new");
     }},
    {"damage twice in a second keeps both",
     [] {
         Folder const folder;
         test::fs::create_directories(folder.ledger().parent_path());
         for (int i = 0; i < 3; ++i) {
             test::write_bytes(folder.ledger(), "garbage");
             test::check(!test::open(folder.ledger())->damage().empty(), "told");
         }
         test::equal(folder.count("damaged"), 3, "kept");
     }},
    {"an empty file is a new ledger",
     [] {
         Folder const folder;
         test::fs::create_directories(folder.ledger().parent_path());
         test::write_bytes(folder.ledger(), "");
         auto const ledger = test::open(folder.ledger());
         test::equal(ledger->damage(), "", "damage");
         works(*ledger, "empty");
     }},
    {"a file or folder that may not be read is an error, not damage",
     [] {
         if (::getuid() != 0) test::skip("needs root: nobody else may become another user");
         Folder const folder;
         fill(folder.ledger());
         auto const before = test::bytes_of(folder.ledger());
         ::chmod(folder.ledger().parent_path().parent_path().c_str(), 0755);
         for (mode_t const mode : {0700U, 0755U}) {
             ::chmod(folder.ledger().parent_path().c_str(), mode);
             test::check(test::in_child_as(nobody,
                                           [&] {
                                               auto const refused = ledger::SqliteLedger::open(folder.ledger());
                                               test::check(!refused.ok() && refused.error().code() == ErrorCode::system,
                                                           "an error");
                                               test::equal(refused.error().system_error(), EACCES, "which");
                                               test::contains(refused.error().message(), folder.ledger().string());
                                           }),
                         fmt::format("folder {:o}", mode));
         }
         test::check(test::bytes_of(folder.ledger()) == before, "the same bytes");
         test::equal(folder.count("damaged"), 0, "set aside");
     }},
    {"a folder in the file's place, and a file in the folder's, are errors",
     [] {
         Folder const folder;
         test::fs::create_directories(folder.ledger());
         test::check(!ledger::SqliteLedger::open(folder.ledger()).ok(), "a folder");
         test::write_bytes(folder / "plain", "text");
         auto const refused = ledger::SqliteLedger::open(folder / "plain" / "ledger.db");
         test::check(!refused.ok() && refused.error().code() == ErrorCode::system, "a file as folder");
         test::equal(test::bytes_of(folder / "plain"), "text", "untouched");
     }},
};

}  // namespace

int main() {
    return test::run("ledger/open_file", tests);
}
