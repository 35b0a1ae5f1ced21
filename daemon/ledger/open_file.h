// From a path to a database that can be trusted: makes it, checks it, sets a damaged one aside. Private to this folder.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.h"
#include "database.h"

namespace kindgate::ledger {

struct OpenedFile {
    std::unique_ptr<Database> database;
    std::string damage;  // the sentence for people; "" if the file was whole
};

// `check` reads everything once; if it says ErrorCode::damaged, so is the file.
Result<OpenedFile> open_file(std::filesystem::path const& file, Result<void> (*check)(Database&));

}  // namespace kindgate::ledger
