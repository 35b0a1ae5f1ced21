// SQLite as Results: a connection set up for the ledger, and its statements. Private to this folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace kindgate::ledger {

class Database;

// One prepared statement. Its Database outlives it.
class Statement {
public:
    // Parameters in order. The text is borrowed until the next step() or run().
    Statement& bind(std::string_view text);
    Statement& bind(std::int64_t number);

    // True: a row is there, and the columns can be read.
    Result<bool> step();
    // To its end; then parameters can be bound anew.
    Result<void> run();

    std::int64_t integer(int column) const;
    std::string text(int column) const;

private:
    friend class Database;
    struct Finalizer {
        void operator()(sqlite3_stmt* statement) const;
    };

    Statement(Database const& database, sqlite3_stmt* statement) : database_(&database), statement_(statement) {}

    Database const* database_;
    std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
    int next_parameter_ = 1;
    int failure_ = 0;  // of bind(), told by step()
};

class Database {
public:
    // The file has to exist; nothing in it changes. It stays locked: two daemons on one file is a mistake, and a
    // write-ahead log then needs no shared memory. ErrorCode::damaged, here and below: its bytes can't be trusted.
    static Result<std::unique_ptr<Database>> open(std::filesystem::path const& file);
    // From now on with a write-ahead log; the file remembers that.
    Result<void> use_log();
    // The file's header says so; known once something was read.
    bool read_only() const;

    Result<Statement> prepare(std::string_view sql);
    // Statements without parameters, separated by ';'.
    Result<void> execute(std::string const& sql);
    // First column of the first row; 0 if there is none.
    Result<std::int64_t> number(std::string_view sql);
    std::int64_t last_insert_id() const;

    // `body` returns Result<void>. All of it is on disk when this returns without an error, nothing of it otherwise.
    template <typename Body>
    Result<void> transact(Body body) {
        KG_TRY(execute("BEGIN IMMEDIATE"));
        Result<void> result = body();
        if (result.ok()) result = execute("COMMIT");
        if (!result.ok()) roll_back();
        return result;
    }

    // Gives cached pages back to the system.
    void release_memory();
    Error error(int code) const;

private:
    struct Closer {
        void operator()(sqlite3* handle) const;
    };

    Database(sqlite3* handle, std::filesystem::path const& file) : file_(file.string()), handle_(handle) {}
    Result<void> set_up();
    void roll_back();

    std::string file_;
    std::unique_ptr<sqlite3, Closer> handle_;
};

}  // namespace kindgate::ledger
