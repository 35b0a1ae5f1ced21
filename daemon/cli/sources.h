// The sources file of `kindgate pack update`.
#pragma once

#include <string>

#include "base/result.h"
#include "content/list.h"
#include "kindgate/v1/sources.pb.h"

namespace kindgate::cli {

// Every source has an id of its own, an https address, a category and a format that there are; there is at least one.
// An error says file and line.
Result<v1::SourceFile> read_sources(std::string const& path);

// Of a source that was read.
content::ListFormat format_of(v1::Source const& source);

}  // namespace kindgate::cli
