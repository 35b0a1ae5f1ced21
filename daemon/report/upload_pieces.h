// The parts of a report, read and written.
#pragma once

#include "dap_pieces.h"
#include "report/upload.h"

namespace kindgate::report {

ReportMetadata read_metadata(Reader& reader);
void write(Writer& writer, ReportMetadata const& metadata);

HpkeCiphertext read_ciphertext(Reader& reader);
void write(Writer& writer, HpkeCiphertext const& ciphertext);

}  // namespace kindgate::report
