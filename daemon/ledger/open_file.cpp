#include "open_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "schema.h"

namespace kindgate::ledger {

namespace {

namespace fs = std::filesystem;

// The folder 0700 (folders above it as usual), the file 0600: who was online when is nobody else's business.
Result<void> make(fs::path const& file) {
    auto const folder = file.parent_path();
    std::error_code failed;
    if (folder.has_parent_path()) fs::create_directories(folder.parent_path(), failed);
    if (!folder.empty() && ::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
        return Error::from_errno(errno, fmt::format("the ledger's folder {} could not be made", folder.string()));
    int const descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return Error::from_errno(errno, fmt::format("the ledger {} could not be opened", file.string()));
    struct stat status{};
    bool const regular = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    if (regular && (status.st_mode & 0077) != 0) ::fchmod(descriptor, 0600);  // if it isn't ours, opening it decides
    ::close(descriptor);
    if (!regular) return Error{ErrorCode::system, fmt::format("the ledger {} is not a regular file", file.string())};
    return {};
}

fs::path with_suffix(fs::path const& file, std::string_view suffix) {
    return fs::path{file.string() + std::string{suffix}};
}

// SQLite takes a file that is shorter than a page can be (512 bytes) for a new one and deletes its log, where the last
// writes may be.
Result<void> refuse_emptied(fs::path const& file) {
    std::error_code failed;
    auto const size = fs::file_size(file, failed);
    if (failed || size >= 512) return {};
    if (size > 0) return Error{ErrorCode::damaged, fmt::format("only {} bytes of it are left", size)};
    auto const log = fs::file_size(with_suffix(file, "-wal"), failed);
    if (failed || log == 0) return {};
    return Error{ErrorCode::damaged, "it is empty, but its log is not"};
}

Result<void> check_integrity(Database& database) {
    auto integrity = KG_TRY(database.prepare("PRAGMA integrity_check(1)"));
    if (KG_TRY(integrity.step()); integrity.text(0) != "ok") return Error{ErrorCode::damaged, integrity.text(0)};
    // The file was opened for writing; then it is the header that forbids it (file format, 1.3.3).
    if (database.read_only()) return Error{ErrorCode::damaged, "its header makes it read-only"};
    auto orphans = KG_TRY(database.prepare("PRAGMA foreign_key_check"));
    if (KG_TRY(orphans.step())) return Error{ErrorCode::damaged, "a hardware address belongs to no device"};
    return {};
}

Result<std::unique_ptr<Database>> open_whole(fs::path const& file, Result<void> (*check)(Database&)) {
    KG_TRY(make(file));
    KG_TRY(refuse_emptied(file));
    auto database = KG_TRY(Database::open(file));
    KG_TRY(check_integrity(*database));
    KG_TRY(known_version(*database, schema_steps()));
    KG_TRY(database->use_log());
    KG_TRY(migrate(*database, schema_steps()));
    KG_TRY(check(*database));
    database->release_memory();
    return database;
}

// The file and its log, under a name that nothing has yet.
Result<fs::path> set_aside(fs::path const& file) {
    auto const now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    auto const name = fmt::format("{}.damaged-{:%Y%m%dT%H%M%SZ}", file.string(), fmt::gmtime(now));
    fs::path aside{name};
    for (int i = 2; fs::exists(aside); ++i) aside = fmt::format("{}-{}", name, i);
    for (auto const* suffix : {"-wal", "-shm", ""}) {
        auto const from = with_suffix(file, suffix);
        if (::rename(from.c_str(), with_suffix(aside, suffix).c_str()) != 0 && errno != ENOENT)
            return Error::from_errno(errno, fmt::format("the damaged ledger {} could not be set aside", from.string()));
    }
    return aside;
}

}  // namespace

Result<OpenedFile> open_file(fs::path const& file, Result<void> (*check)(Database&)) {
    auto database = open_whole(file, check);
    if (database.ok()) return OpenedFile{std::move(database).value(), ""};
    auto const& reason = database.error();
    if (reason.code() == ErrorCode::conflict) return reason.within(fmt::format("the ledger {}", file.string()));
    if (reason.code() != ErrorCode::damaged) return reason;
    auto const aside = KG_TRY(set_aside(file));
    auto damage = fmt::format(
        "the ledger {} was damaged ({}) and is set aside as {}: a new one has begun, so devices placed by hand have to "
        "be "
        "placed again and overrides given again",
        file.string(), reason.message(), aside.string());
    auto fresh = open_whole(file, check);
    if (!fresh.ok()) return fresh.error().within(damage);
    return OpenedFile{std::move(fresh).value(), std::move(damage)};
}

}  // namespace kindgate::ledger
