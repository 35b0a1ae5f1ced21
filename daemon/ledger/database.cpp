#include "database.h"

#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

namespace kindgate::ledger {

namespace {

// Sorts SQLite's result codes into what a caller does about them.
enum class Failure : std::uint8_t { damaged, refused, full, in_use, not_allowed, system };

Failure failure_of(int code) {
    switch (code & 0xff) {  // the primary code
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
        case SQLITE_FORMAT:
        case SQLITE_ERROR:  // our SQL is right: the tables it speaks of aren't
            return Failure::damaged;
        case SQLITE_CONSTRAINT: return Failure::refused;
        case SQLITE_FULL: return Failure::full;
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return Failure::in_use;
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH: return Failure::not_allowed;
        default: return Failure::system;
    }
}

}  // namespace

void Statement::Finalizer::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Statement& Statement::bind(std::string_view text) {
    // A null pointer would bind NULL.
    char const* const bytes = text.data() == nullptr ? "" : text.data();
    int const code = sqlite3_bind_text64(statement_.get(), next_parameter_++, bytes, text.size(), nullptr, SQLITE_UTF8);
    if (code != SQLITE_OK) failure_ = code;
    return *this;
}

Statement& Statement::bind(std::int64_t number) {
    int const code = sqlite3_bind_int64(statement_.get(), next_parameter_++, number);
    if (code != SQLITE_OK) failure_ = code;
    return *this;
}

Result<bool> Statement::step() {
    if (failure_ != 0) return database_->error(failure_);
    int const code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return database_->error(code);
}

Result<void> Statement::run() {
    Result<bool> row = step();
    while (row.ok() && *row) row = step();
    sqlite3_reset(statement_.get());
    next_parameter_ = 1;
    if (!row.ok()) return row.error();
    return {};
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
    auto const* const bytes = sqlite3_column_text(statement_.get(), column);
    auto const size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return bytes == nullptr ? std::string{} : std::string{reinterpret_cast<char const*>(bytes), size};
}

void Database::Closer::operator()(sqlite3* handle) const {
    sqlite3_close_v2(handle);
}

Result<std::unique_ptr<Database>> Database::open(std::filesystem::path const& file) {
    sqlite3* handle = nullptr;
    // NOMUTEX: one thread uses it. EXRESCODE: extended codes tell a full disk from a broken one.
    int const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int const code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
    // SQLite gives a handle even when it fails.
    std::unique_ptr<Database> database{new Database{handle, file}};
    if (code != SQLITE_OK) return database->error(code);
    KG_TRY(database->set_up());
    return database;
}

Result<void> Database::set_up() {
    // Memory counts on a router: no lookaside (100 KiB), a small page cache, no mapping of the file.
    sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_LOOKASIDE, nullptr, 0, 0);
    // A schema that a damaged file brings along runs no functions of ours.
    sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_busy_timeout(handle_.get(), 2000);  // milliseconds: a daemon that is just ending may still have it
    return execute(
        "PRAGMA locking_mode=EXCLUSIVE;"
        // More than FULL only before the log is used: a journal whose removal is not synced could come back and undo
        // what followed.
        "PRAGMA synchronous=EXTRA;"
        "PRAGMA foreign_keys=ON;"
        "PRAGMA secure_delete=ON;"  // what is forgotten is nowhere in the file either
        "PRAGMA cache_size=-128;"   // KiB
        "PRAGMA mmap_size=0;"
        "PRAGMA temp_store=MEMORY;"
        "PRAGMA wal_autocheckpoint=256;"  // pages: 1 MiB
        "PRAGMA journal_size_limit=1048576");
}

Result<void> Database::use_log() {
    return execute("PRAGMA journal_mode=WAL");
}

bool Database::read_only() const {
    return sqlite3_db_readonly(handle_.get(), "main") == 1;
}

Result<Statement> Database::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    int const code = sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
    if (code != SQLITE_OK) return error(code);
    return Statement{*this, statement};
}

Result<void> Database::execute(std::string const& sql) {
    int const code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return error(code);
    return {};
}

Result<std::int64_t> Database::number(std::string_view sql) {
    auto statement = KG_TRY(prepare(sql));
    return KG_TRY(statement.step()) ? statement.integer(0) : 0;
}

std::int64_t Database::last_insert_id() const {
    return sqlite3_last_insert_rowid(handle_.get());
}

void Database::roll_back() {
    // SQLite has already rolled back after some errors.
    if (sqlite3_get_autocommit(handle_.get()) == 0) sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Database::release_memory() {
    sqlite3_db_release_memory(handle_.get());
}

Error Database::error(int code) const {
    std::string const reason = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
    int const number = handle_ ? sqlite3_system_errno(handle_.get()) : 0;
    switch (failure_of(code)) {
        case Failure::damaged: return {ErrorCode::damaged, fmt::format("the ledger {} is damaged: {}", file_, reason)};
        case Failure::refused:
            return {ErrorCode::invalid_input, fmt::format("the ledger refuses to keep this: {}", reason)};
        case Failure::full:
            return Error::from_errno(
                ENOSPC,
                fmt::format("the ledger {} could not be written and is as it was before: free some space", file_));
        case Failure::in_use:
            return {ErrorCode::unavailable,
                    fmt::format("the ledger {} is in use by another process: stop the other kindgated", file_)};
        case Failure::not_allowed:
            return Error::from_errno(number != 0 ? number : EACCES,
                                     fmt::format("the ledger {} may not be written ({}): check its owner and mode, and "
                                                 "whether the file system is mounted read-only",
                                                 file_, reason));
        case Failure::system: break;
    }
    return Error::from_errno(number != 0 ? number : EIO, fmt::format("the ledger {}: {}", file_, reason));
}

}  // namespace kindgate::ledger
