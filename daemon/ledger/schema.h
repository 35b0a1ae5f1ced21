// The ledger's tables and how an older file becomes one of today. Private to this folder.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "database.h"

namespace kindgate::ledger {

// "KGLG", big-endian, in the file's header (https://www.sqlite.org/fileformat.html, 1.3.17).
inline constexpr std::int64_t application_id = 0x4b474c47;

// steps[n]: SQL that makes version n + 1 of version n; version 0 is an empty file.
// A step that was released is never changed: files in the field have gone through it.
std::span<char const* const> schema_steps();

// The file's version, 0 to steps.size(). It stands in the header (user_version) and in the row 'schema_version' of
// `setting`, which every version keeps: so one flipped bit isn't taken for a newer version. Changes nothing.
// ErrorCode::damaged: the two differ, or it is not a ledger. ErrorCode::conflict: a newer version wrote it.
Result<std::int64_t> known_version(Database& database, std::span<char const* const> steps);

// Brings the file to version steps.size(), one transaction a step.
Result<void> migrate(Database& database, std::span<char const* const> steps);

}  // namespace kindgate::ledger
