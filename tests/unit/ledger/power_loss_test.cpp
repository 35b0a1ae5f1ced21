// The power fails: of every file only what was synced is left. kill -9 can't show that, the kernel keeps what a dead
// process wrote. So the files go through a layer under SQLite that remembers each file as it was at its last sync.
#include <map>
#include <new>

#include <fmt/format.h>

#include "folder.h"

namespace {

using namespace kindgate;
using test::Folder;

sqlite3_vfs* system_vfs = nullptr;
std::map<std::string, std::string> synced;  // path to bytes; only of files in `watched`
test::fs::path watched;

struct File {
    sqlite3_file base;
    std::string path;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File& file_of(sqlite3_file* file) {
    return *reinterpret_cast<File*>(file);
}

template <auto Method, typename... Arguments>
int pass(sqlite3_file* file, Arguments... arguments) {
    auto* const real = file_of(file).real();
    return (real->pMethods->*Method)(real, arguments...);
}

int sync_file(sqlite3_file* file, int flags) {
    int const code = pass<&sqlite3_io_methods::xSync>(file, flags);
    auto const& path = file_of(file).path;
    if (code == SQLITE_OK && test::fs::path{path}.parent_path() == watched) synced[path] = test::bytes_of(path);
    return code;
}

int close_file(sqlite3_file* file) {
    int const code = pass<&sqlite3_io_methods::xClose>(file);
    file_of(file).path.~basic_string();
    return code;
}

constexpr sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = close_file,
    .xRead = pass<&sqlite3_io_methods::xRead, void*, int, sqlite3_int64>,
    .xWrite = pass<&sqlite3_io_methods::xWrite, void const*, int, sqlite3_int64>,
    .xTruncate = pass<&sqlite3_io_methods::xTruncate, sqlite3_int64>,
    .xSync = sync_file,
    .xFileSize = pass<&sqlite3_io_methods::xFileSize, sqlite3_int64*>,
    .xLock = pass<&sqlite3_io_methods::xLock, int>,
    .xUnlock = pass<&sqlite3_io_methods::xUnlock, int>,
    .xCheckReservedLock = pass<&sqlite3_io_methods::xCheckReservedLock, int*>,
    .xFileControl = pass<&sqlite3_io_methods::xFileControl, int, void*>,
    .xSectorSize = pass<&sqlite3_io_methods::xSectorSize>,
    .xDeviceCharacteristics = pass<&sqlite3_io_methods::xDeviceCharacteristics>,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open_file(sqlite3_vfs*, char const* name, sqlite3_file* file, int flags, int* out_flags) {
    auto* const opened = new (file) File{{nullptr}, name == nullptr ? "" : name};
    int const code = system_vfs->xOpen(system_vfs, name, opened->real(), flags, out_flags);
    if (code == SQLITE_OK)
        opened->base.pMethods = &methods;
    else
        opened->path.~basic_string();
    return code;
}

int delete_file(sqlite3_vfs*, char const* name, int sync_folder) {
    int const code = system_vfs->xDelete(system_vfs, name, sync_folder);
    if (code == SQLITE_OK && sync_folder != 0) synced.erase(name);
    return code;
}

// SQLite's files go through the layer as long as this lives.
class Layer {
public:
    Layer() {
        system_vfs = sqlite3_vfs_find(nullptr);
        layer_ = *system_vfs;
        layer_.zName = "synced-only";
        layer_.szOsFile += static_cast<int>(sizeof(File));
        layer_.xOpen = open_file;
        layer_.xDelete = delete_file;
        sqlite3_vfs_register(&layer_, 1);
    }
    ~Layer() {
        sqlite3_vfs_unregister(&layer_);
        sqlite3_vfs_register(system_vfs, 1);
    }
    Layer(Layer const&) = delete;
    Layer& operator=(Layer const&) = delete;

private:
    sqlite3_vfs layer_{};
};

// The disk after the power came back.
void restore(Folder const& folder) {
    auto const state = folder.ledger().parent_path();
    test::fs::create_directories(state);
    for (auto const& [path, bytes] : synced) test::write_bytes(state / test::fs::path{path}.filename(), bytes);
}

constexpr test::Test tests[] = {
    // With synchronous=FULL the journal of the file's very first write came back and undid everything that followed.
    {"each write that returned is there after the power failed",
     [] {
         Layer const layer;
         Folder const folder;
         watched = folder.ledger().parent_path();
         auto const ledger = test::open(folder.ledger());
         // 400 writes: the log is checkpointed into the file on the way, several times.
         for (int number = 1; number <= 400; ++number) {
             auto record = test::device(fmt::format("device-{:03}", number % 50), number % 50 + 1);
             record.last_seen = test::at(number);
             test::value(ledger->put(record));
             auto const given = test::value(ledger->add(test::override_for("all")));
             ledger::ShownOnce const shown{{static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8)},
                                           test::at(1'000'000)};
             test::check(test::value(ledger->open_by_proof({"kid", "social", 16, test::at(number), {}, 1}, shown)),
                         "shown for the first time");
             if (number % 7 != 0 && number > 20) continue;
             Folder const after;
             restore(after);
             auto const read = test::open(after.ledger());
             auto const about = fmt::format("after write {}", number);
             test::equal(read->damage(), "", about);
             auto const contents = test::value(read->read());
             test::equal(contents.overrides.size(), static_cast<std::size_t>(number), about);
             test::equal(contents.overrides.back().id, given.id, about);
             test::equal(contents.proofs.size(), 1U, about);
             test::check(contents.proofs[0].ends == test::at(number), about);
             test::check(!test::value(read->open_by_proof(contents.proofs[0], shown)), about + ": shown before");
             bool found = false;
             for (auto const& device : contents.devices) found = found || device == record;
             test::check(found, about);
         }
     }},
};

}  // namespace

int main() {
    return test::run("ledger/power_loss", tests);
}
