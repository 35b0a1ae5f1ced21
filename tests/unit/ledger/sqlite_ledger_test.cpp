#include "ledger/sqlite_ledger.h"

#include <sys/stat.h>

#include "folder.h"

namespace {

using namespace kindgate;
using test::at;
using test::device;
using test::Folder;
using test::mac;

mode_t mode_of(test::fs::path const& file) {
    struct stat status{};
    test::equal(::stat(file.c_str(), &status), 0, file.string());
    return status.st_mode & 07777;
}

ledger::DeviceRecord const* find(ledger::Contents const& contents, std::string_view id) {
    for (auto const& record : contents.devices)
        if (record.id == id) return &record;
    return nullptr;
}

constexpr test::Test tests[] = {
    {"a new ledger is empty, whole and private",
     [] {
         Folder const folder;
         auto const ledger = test::open(folder.ledger());
         auto const contents = test::value(ledger->read());
         test::check(contents.devices.empty() && contents.overrides.empty(), "empty");
         test::equal(contents.next_override_id, 1U, "next id");
         test::check(!contents.last_trusted, "no time yet");
         test::check(test::value(ledger->revisions()).empty(), "no revision yet");
         test::equal(ledger->damage(), "", "damage");
         test::equal(mode_of(folder.ledger().parent_path()), 0700U, "folder");
         test::equal(mode_of(folder.ledger()), 0600U, "file");
         test::value(ledger->set_last_trusted(at(1)));
         test::equal(mode_of(folder.ledger().string() + "-wal"), 0600U, "log");
     }},
    {"a ledger that others could read is closed to them",
     [] {
         Folder const folder;
         test::open(folder.ledger());
         ::chmod(folder.ledger().c_str(), 0644);
         test::open(folder.ledger());
         test::equal(mode_of(folder.ledger()), 0600U, "file");
     }},
    {"everything comes back after a restart",
     [] {
         Folder const folder;
         auto const kid = device("kid-phone", 1);
         auto bare = device("02:00:5e:10:00:09", 9);
         bare.display_name = bare.placed_profile = bare.host_name = "";
         bare.slot = Slot{};
         bare.macs = {mac(9), mac(10), mac(400)};
         policy::Override given;
         {
             auto const ledger = test::open(folder.ledger());
             test::value(ledger->put(kid));
             test::value(ledger->put(bare));
             given = test::value(ledger->add(test::override_for("kid")));
             test::value(ledger->add_revision({"0123456789abcdef", at(5), "name: \"Home\"\n"}));
             test::value(ledger->set_last_trusted(at(1'750'000'000)));
         }
         auto const ledger = test::open(folder.ledger());
         auto const contents = test::value(ledger->read());
         test::check(contents.devices == std::vector{bare, kid}, "devices, by id");
         test::check(contents.overrides == std::vector{given}, "overrides");
         test::check(contents.last_trusted == at(1'750'000'000), "time");
         test::equal(contents.next_override_id, 2U, "next id");
         auto const revisions = test::value(ledger->revisions());
         test::check(revisions == std::vector<ledger::Revision>{{"0123456789abcdef", at(5), "name: \"Home\"\n"}},
                     "revisions");
     }},
    {"putting a device again replaces it",
     [] {
         Folder const folder;
         auto const ledger = test::open(folder.ledger());
         auto record = device("kid-phone", 1);
         test::value(ledger->put(record));
         record.macs = {mac(2), mac(3)};
         record.slot = Slot{77};
         record.placed_profile = "tot";
         record.last_seen = at(1'900'000'000);
         test::value(ledger->put(record));
         test::check(test::value(ledger->read()).devices == std::vector{record}, "one record, the later");
     }},
    {"a hardware address is in one record only, and an empty newcomer's record goes with its last one",
     [] {
         Folder const folder;
         auto const ledger = test::open(folder.ledger());
         auto newcomer = device("newcomer", 1);
         newcomer.placed_profile = "";
         auto placed = device("placed", 2);
         auto two = device("two", 3);
         two.placed_profile = "";
         two.macs = {mac(3), mac(4)};
         for (auto const* record : {&newcomer, &placed, &two}) test::value(ledger->put(*record));
         auto taker = device("taker", 5);
         taker.macs = {mac(1), mac(2), mac(4), mac(5)};
         test::value(ledger->put(taker));
         auto const contents = test::value(ledger->read());
         test::check(find(contents, "newcomer") == nullptr, "the newcomer's record is gone");
         test::check(find(contents, "placed")->macs.empty(), "the placed one stays, without an address");
         test::check(find(contents, "two")->macs == std::vector{mac(3)}, "the other keeps the rest");
         test::check(*find(contents, "taker") == taker, "and this one has them");
     }},
    {"two records never share a slot: the later takes it",
     [] {
         Folder const folder;
         auto const ledger = test::open(folder.ledger());
         test::value(ledger->put(device("first", 7)));
         auto second = device("second", 8);
         second.slot = Slot{7};
         test::value(ledger->put(second));
         auto none = device("none", 9);
         none.slot = Slot{};
         test::value(ledger->put(none));
         auto const contents = test::value(ledger->read());
         test::equal(find(contents, "first")->slot.number(), 0, "first");
         test::equal(find(contents, "second")->slot.number(), 7, "second");
     }},
    {"a record that can't be is refused and changes nothing",
     [] {
         Folder const folder;
         auto const ledger = test::open(folder.ledger());
         auto record = device("kid-phone", 1);
         test::value(ledger->put(record));
         record.slot = Slot{0x4000};
         auto const refused = ledger->put(record);
         test::check(!refused.ok(), "slot 16384");
         test::check(test::value(ledger->read()).devices == std::vector{device("kid-phone", 1)}, "as before");
     }},
    {"several devices are put at once, all or none",
     [] {
         Folder const folder;
         auto const ledger = test::open(folder.ledger());
         std::vector records{device("a", 1), device("b", 2), device("c", 3)};
         test::value(ledger->put_all(records));
         test::check(test::value(ledger->read()).devices == records, "all");
         auto changed = records;
         for (auto& record : changed) record.display_name = "changed";
         changed.back().slot = Slot{0x4000};
         test::check(!ledger->put_all(changed).ok(), "the third can't be");
         test::check(test::value(ledger->read()).devices == records, "none");
         test::value(ledger->put_all({}));
     }},
    {"a forgotten device takes its addresses along",
     [] {
         Folder const folder;
         auto const ledger = test::open(folder.ledger());
         test::value(ledger->put(device("kid-phone", 1)));
         test::value(ledger->forget("kid-phone"));
         test::value(ledger->forget("nobody"));
         test::check(test::value(ledger->read()).devices.empty(), "gone");
         test::value(ledger->put(device("other", 1)));
     }},
    {"what a proof has opened is kept with what was shown: both or neither, by device and category",
     [] {
         Folder const folder;
         auto ledger = test::open(folder.ledger());
         ledger::ProofRecord const kid{"kid", "social", 16, test::at(500), std::chrono::days{7}, 2};
         auto later = kid;
         later.ends = test::at(900);
         ledger::ProofRecord const other{"kid", "games", 12, test::at(300), std::chrono::days{6}, 1};
         test::check(test::value(ledger->open_by_proof(kid, {{1}, test::at(400)})), "first");
         test::check(!test::value(ledger->open_by_proof(later, {{1}, test::at(800)})), "shown before");
         test::check(test::value(ledger->read()).proofs == std::vector{kid}, "nothing changed");
         test::check(test::value(ledger->open_by_proof(other, {{2}, test::at(800)})), "another category");
         test::check(test::value(ledger->open_by_proof(later, {{3}, test::at(800)})), "another proof");
         ledger.reset();
         ledger = test::open(folder.ledger());
         test::check(test::value(ledger->read()).proofs == std::vector{other, later}, "after a restart");
         test::check(!test::value(ledger->open_by_proof(kid, {{3}, test::at(800)})), "shown before the restart");
         test::value(ledger->end_proof("kid", later.category, test::at(300)));
         auto const ended = test::value(ledger->read()).proofs.back();
         test::check(ended.ends == test::at(300) && ended.times == later.times,
                     "ended early, and counted all the same");
         test::value(ledger->end_proof("nobody", "social", test::at(300)));
         test::value(ledger->end_proof("kid", later.category, later.ends));
         test::value(ledger->forget_proofs(test::at(400), std::chrono::days{7}));
         test::check(test::value(ledger->read()).proofs == std::vector{later}, "what ended, of an earlier day");
         test::check(test::value(ledger->open_by_proof(later, {{1}, test::at(800)})), "dead: nobody would accept it");
         test::check(!test::value(ledger->open_by_proof(later, {{2}, test::at(800)})), "not dead yet");
         test::value(ledger->forget("kid"));
         test::check(test::value(ledger->read()).proofs.empty(), "with the device");
     }},
    {"an override's id is never used again, whatever ended and restarted",
     [] {
         Folder const folder;
         std::uint64_t last = 0;
         for (int restart = 0; restart < 3; ++restart) {
             auto const ledger = test::open(folder.ledger());
             test::equal(test::value(ledger->read()).next_override_id, last + 1, "next id");
             for (int i = 0; i < 3; ++i) {
                 auto const given = test::value(ledger->add(test::override_for("all")));
                 test::equal(given.id, last + 1, "id");
                 last = given.id;
                 test::value(ledger->end_override(given.id));
             }
             test::value(ledger->end_override(1000));
             test::check(test::value(ledger->read()).overrides.empty(), "all ended");
         }
     }},
    {"the latest 20 revisions stay, latest first; one that comes back is the latest again",
     [] {
         Folder const folder;
         auto const ledger = test::open(folder.ledger());
         for (int i = 0; i < 25; ++i)
             test::value(ledger->add_revision({"revision-" + std::to_string(i), at(1000 - i), std::string(100, 'x')}));
         test::value(ledger->add_revision({"revision-10", at(3), "again"}));
         auto const revisions = test::value(ledger->revisions());
         test::equal(revisions.size(), 20U, "how many");
         test::check(revisions[0] == ledger::Revision{"revision-10", at(3), "again"}, "latest");
         test::equal(revisions[1].id, "revision-24", "then");
         test::equal(revisions.back().id, "revision-5", "oldest");
     }},
    {"what was touched is seen at once and written with the next write or by flush",
     [] {
         Folder const folder;
         auto expected = device("kid-phone", 1);
         {
             auto const ledger = test::open(folder.ledger());
             test::value(ledger->put(expected));
             test::value(ledger->put(device("other", 2)));
             ledger->touch("kid-phone", at(1'800'000'100), "tablet");
             ledger->touch("kid-phone", at(1'800'000'200), "");
             ledger->touch("nobody", at(5), "ghost");
             expected.last_seen = at(1'800'000'200);
             expected.host_name = "tablet";
             test::check(*find(test::value(ledger->read()), "kid-phone") == expected, "seen at once");
             test::value(ledger->flush());
             ledger->touch("other", at(1'800'000'300), "");
         }
         {
             auto const ledger = test::open(folder.ledger());
             auto const contents = test::value(ledger->read());
             test::check(*find(contents, "kid-phone") == expected, "flushed");
             test::check(find(contents, "other")->last_seen == at(1'800'000'000), "not flushed: lost, as told");
             test::equal(contents.devices.size(), 2U, "no ghost");
             ledger->touch("other", at(1'800'000'400), "");
             test::value(ledger->set_last_trusted(at(1)));
         }
         test::check(find(test::value(test::open(folder.ledger())->read()), "other")->last_seen == at(1'800'000'400),
                     "written with another write");
     }},
    {"a put after a touch counts",
     [] {
         Folder const folder;
         auto const ledger = test::open(folder.ledger());
         auto record = device("kid-phone", 1);
         test::value(ledger->put(record));
         ledger->touch("kid-phone", at(1'800'000'100), "old");
         record.last_seen = at(1'800'000'200);
         record.host_name = "new";
         test::value(ledger->put(record));
         test::value(ledger->flush());
         test::check(test::value(ledger->read()).devices == std::vector{record}, "the put's values");
     }},
    {"a ledger that another process has open is refused with a word",
     [] {
         Folder const folder;
         auto const ledger = test::open(folder.ledger());
         auto const second = ledger::SqliteLedger::open(folder.ledger());
         test::check(!second.ok(), "refused");
         test::contains(second.error().message(), "in use by another process");
         test::value(ledger->put(device("kid-phone", 1)));
         test::equal(folder.count("damaged"), 0, "set aside");
     }},
    {"hundreds of devices are touched in one write",
     [] {
         Folder const folder;
         auto const ledger = test::open(folder.ledger());
         for (int i = 1; i <= 300; ++i) test::value(ledger->put(device("device-" + std::to_string(i), i)));
         for (int i = 1; i <= 300; ++i) ledger->touch("device-" + std::to_string(i), at(1'900'000'000), "");
         test::value(ledger->flush());
         auto const contents = test::value(ledger->read());
         test::equal(contents.devices.size(), 300U, "devices");
         for (auto const& record : contents.devices) test::check(record.last_seen == at(1'900'000'000), record.id);
     }},
};

}  // namespace

int main() {
    return test::run("ledger/sqlite_ledger", tests);
}
