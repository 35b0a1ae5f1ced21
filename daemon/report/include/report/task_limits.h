// Which tasks a gate takes part in. Their author may be whoever wants to know what one household does: it would ask for
// small batches, short times, or a task that only this household gets (draft-ietf-ppm-dap-taskprov-04, 3.5 and 5).
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "report/task.h"

namespace kindgate::report {

// Sums of fewer households than this are never taken part in, whatever a policy says.
inline constexpr std::uint64_t least_batch_size = 1000;

struct TaskLimits {
    std::string leader_url;  // as the policy names them; "https://…"
    std::string helper_url;
    std::uint64_t min_batch_size = least_batch_size;
    std::chrono::days longest_lifetime{366};
    std::chrono::days least_time_precision{7};  // a report's time tells no more than its week
};

// The task keeps to the limits and holds nothing that isn't known here. Else the error names what is wrong, the task,
// and what to do: forbidden.
Result<void> check_task(Task const& task, TaskLimits const& limits);
// Such a task takes reports of this time. Else forbidden, or unavailable before it begins.
Result<void> check_time(Task const& task, std::chrono::sys_seconds at);

}  // namespace kindgate::report
