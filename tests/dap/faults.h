// What a party does wrong on purpose.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "report/upload.h"

namespace kindgate::dap {

struct Faults {
    bool slow = false;       // answers nothing, for longer than anybody waits
    bool error = false;      // 500
    bool garbage = false;    // 200 and random octets
    bool cut = false;        // the connection ends in the middle of the answer
    bool wrong_key = false;  // hpke_config has a public key whose private one is nobody's
    bool rotate = false;     // once, when this is first seen: a new HPKE key; the old one is outdated
    std::optional<report::ReportError> refuse{};  // of every report

    // Words with blanks or line ends between them: slow error garbage cut wrong-key rotate refuse refuse=CODE.
    static Result<Faults> parse(std::string_view words);
};

// Who asks a party, when, and what it does wrong then.
struct Caller {
    std::string address;
    std::chrono::sys_seconds now;
    Faults faults{};
};

}  // namespace kindgate::dap
