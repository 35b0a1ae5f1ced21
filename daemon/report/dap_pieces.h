// What several of DAP's messages hold (draft-ietf-ppm-dap-18, 4.1 and 4.2), read and written. What breaks the form
// fails the reader.
#pragma once

#include "report/task.h"
#include "wire.h"

namespace kindgate::report {

// Strictly ascending by type, with the whole list's length in two octets.
std::vector<Extension> read_extensions(Reader& reader);
void write(Writer& writer, std::vector<Extension> const& extensions);

std::string read_url(Reader& reader);
WholeSeconds read_time_precision(Reader& reader);
Interval read_interval(Reader& reader);

// A mode and its parameters; a VDAF and its parameters. Those of known ones have the known form.
std::pair<BatchMode, Bytes> read_batch_mode(Reader& reader);
VdafConfig read_vdaf_config(Reader& reader);
void write(Writer& writer, VdafConfig const& vdaf);

Task read_task(Reader& reader);

}  // namespace kindgate::report
