// Whole files: read, and replaced so that a reader sees the old or the new one, also after a crash.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/pages.h"
#include "base/result.h"

namespace kindgate {

// The whole file; an error if it has more than `largest` bytes or is no regular file. A missing one: not_found.
Result<std::string> read_file(std::filesystem::path const& file, std::size_t largest);

// The same for a large one that is kept: what it had when its size was asked.
Result<Pages> read_pages(std::filesystem::path const& file, std::size_t largest);

// Replaces the file (the target, where it is a symlink) by a new one beside it and a rename; mode and owner stay, a new
// one has 0644. Durable when it returns. A file or folder that is read-only: forbidden; a folder, device or FIFO:
// invalid_input.
Result<void> replace_file(std::filesystem::path const& file, std::string_view text);

}  // namespace kindgate
