// The steps from list files to a pack, for `pack build` and `pack update`.
#pragma once

#include <span>
#include <string>

#include "cli/cli.h"
#include "content/pack.h"

namespace kindgate::cli {

struct ListSource {
    std::string category;
    std::string file;
    content::ListFormat format = content::ListFormat::automatic;
};

// Reads one list into the builder; tells its skipped lines and what it had.
Result<content::ListSummary> add_list(content::PackBuilder& builder, ListSource const& source, Form form,
                                      Surroundings const& around);

// Opens what was built, and replaces the file.
Result<void> write_pack(std::span<std::byte const> bytes, std::string const& out, Form form,
                        Surroundings const& around);

// Who signs: a private key on P-256 in PEM.
Result<crypto::PrivateKey> read_signer(std::string const& file);

// "file:line: skipped: reason".
std::string skipped_line(content::Rule const& rule, std::string const& file);

// "" is auto.
Result<content::ListFormat> read_format(std::string const& word);

}  // namespace kindgate::cli
