// What the ledger's tests share: a folder of their own, records with every field set, SQL on the file from outside.
#pragma once

#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "ledger/sqlite_ledger.h"
#include "test.h"

namespace kindgate::test {

namespace fs = std::filesystem;

// Deleted with everything in it at the end.
class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "kindgate-ledger-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) fail("mkdtemp failed");
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Folder(Folder const&) = delete;
    Folder& operator=(Folder const&) = delete;

    fs::path operator/(char const* name) const { return path_ / name; }
    fs::path ledger() const { return path_ / "state" / "ledger.db"; }
    // Names in the ledger's folder that contain `part`.
    int count(std::string_view part) const {
        int found = 0;
        for (auto const& entry : fs::directory_iterator{path_ / "state"})
            if (entry.path().filename().string().find(part) != std::string::npos) ++found;
        return found;
    }

private:
    fs::path path_;
};

inline std::string bytes_of(fs::path const& file) {
    std::ifstream in{file, std::ios::binary | std::ios::ate};
    if (!in) return {};
    std::string bytes(static_cast<std::size_t>(in.tellg()), '\0');
    in.seekg(0);
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return bytes;
}

inline void write_bytes(fs::path const& file, std::string const& bytes) {
    std::ofstream out{file, std::ios::binary | std::ios::trunc};
    out << bytes;
}

// The first column of the first row; the test fails if SQLite refuses.
inline std::string sql(fs::path const& file, std::string const& statement) {
    sqlite3* handle = nullptr;
    sqlite3_open(file.c_str(), &handle);
    std::unique_ptr<sqlite3, decltype(&sqlite3_close)> const closer{handle, &sqlite3_close};
    std::string answer;
    auto const first = [](void* out, int, char** values, char**) {
        auto& text = *static_cast<std::string*>(out);
        if (text.empty() && values[0] != nullptr) text = values[0];
        return 0;
    };
    if (sqlite3_exec(handle, statement.c_str(), first, &answer, nullptr) != SQLITE_OK)
        fail(statement + ": " + sqlite3_errmsg(handle));
    return answer;
}

inline std::unique_ptr<ledger::SqliteLedger> open(fs::path const& file,
                                                  std::source_location where = std::source_location::current()) {
    return value(ledger::SqliteLedger::open(file), where);
}

inline ledger::Instant at(std::int64_t seconds) {
    return ledger::Instant{std::chrono::seconds{seconds}};
}

inline Mac mac(int last) {
    return Mac{{0x02, 0x00, 0x5e, 0x10, static_cast<std::uint8_t>(last >> 8), static_cast<std::uint8_t>(last)}};
}

inline ledger::DeviceRecord device(std::string id, int number) {
    return {.id = std::move(id),
            .display_name = "Kid's \"phone\" \xf0\x9f\x93\xb1",
            .macs = {mac(number)},
            .slot = Slot{static_cast<std::uint16_t>(number)},
            .placed_profile = "kid",
            .host_name = "phone",
            .first_seen = at(1'700'000'000),
            .last_seen = at(1'800'000'000)};
}

inline policy::Override override_for(std::string who) {
    return {.id = 0,
            .who = std::move(who),
            .mode = policy::Mode::learning,
            .when = {at(1'700'000'000), at(1'700'003'600)},
            .given_by = "parent"};
}

}  // namespace kindgate::test
