// One HPKE configuration, read and written.
#pragma once

#include "report/hpke_config.h"
#include "wire.h"

namespace kindgate::report {

HpkeConfig read_hpke_config(Reader& reader);
void write(Writer& writer, HpkeConfig const& config);

}  // namespace kindgate::report
