// What reports are for (draft-ietf-ppm-dap-18, 4.2): who may add up what, of how many, until when. A task's author is
// no friend: task_limits.h says what is taken part in.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "report/vdaf.h"

namespace kindgate::report {

// The version that is spoken, as it is mixed into what is sealed and sharded: versions don't understand each other.
inline constexpr std::string_view dap_version = "dap-18";

using TaskId = std::array<std::uint8_t, 32>;

// Of a report (4.4.2) or a task (4.2.2). Lists of them go by type, none twice.
struct Extension {
    std::uint16_t type = 0;
    Bytes data;
    bool operator==(Extension const&) const = default;
};

// 4.1: in units of the task's time precision since 1970; its end is below 2^64.
struct Interval {
    std::uint64_t start = 0;
    std::uint64_t duration = 0;
    std::uint64_t end() const { return start + duration; }
    bool operator==(Interval const&) const = default;
};

// Others exist, and are kept as they are.
enum class BatchMode : std::uint8_t { time_interval = 1, leader_selected = 2 };

// A VDAF as it is sent; also one that nobody here knows.
struct VdafConfig {
    std::uint32_t type = 0;
    Bytes config;
    bool operator==(VdafConfig const&) const = default;

    static VdafConfig of(Vdaf const& vdaf);
    // Unknown, or parameters that check() refuses: invalid_input.
    Result<Vdaf> vdaf() const;
};

using WholeSeconds = std::chrono::duration<std::uint64_t>;

// TaskConfiguration. What decode() gives has the form that the draft asks for; whether it is wise is another question.
struct Task {
    Bytes info;              // 1 to 255 octets
    std::string leader_url;  // ASCII
    std::string helper_url;
    WholeSeconds time_precision{1};  // not 0
    std::uint64_t min_batch_size = 1;
    BatchMode batch_mode = BatchMode::time_interval;
    Bytes batch_config;  // empty in both known modes
    VdafConfig vdaf;
    std::vector<Extension> extensions;
    bool operator==(Task const&) const = default;

    Bytes encoded() const;
    static Result<Task> decode(ByteView bytes);

    // draft-ietf-ppm-dap-taskprov-04, 3.3.
    TaskId id() const;
    // When reports are taken (DAP, 4.2.3). None: the task doesn't say.
    std::optional<Interval> interval() const;
    // As reports have it (4.1).
    std::uint64_t time(std::chrono::sys_seconds now) const;
};

inline constexpr std::uint16_t task_interval_extension = 1;
Extension task_interval(Interval const& interval);

// What shares of a task's reports are bound to: 38 octets.
Bytes vdaf_context(TaskId const& id);

// draft-ietf-ppm-dap-taskprov-04, 3.2: the value of the header DAP-Taskprov, a byte sequence of RFC 9651, 3.3.5.
std::string taskprov_header(Task const& task);
// Parameters behind it are passed over.
Result<Task> read_taskprov_header(std::string_view value);

// draft-ietf-ppm-dap-taskprov-04, 3.4: what two aggregators derive from the secret that they share.
Seed taskprov_verify_key(Seed const& secret, TaskId const& id);

}  // namespace kindgate::report
